#include <xgrad/training/line_file.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace xgrad::training {

LineFile::LineFile(const std::filesystem::path& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (file_.is_open()) written_ = ::lseek(file_.number(), 0, SEEK_END);
}

// A file system without locks is no error.
bool LineFile::lock() const {
  return ::flock(file_.number(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

bool LineFile::is_locked(const std::filesystem::path& path) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  return file.is_open() && ::flock(file.number(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

void LineFile::append(const std::string& line) {
  pending_ += line;
  write_pending();
}

// A full disk may take a part of a line. It is overwritten later: all writes go to the end of the whole ones.
void LineFile::write_pending() {
  error_ = 0;
  std::string_view left = pending_;
  while (!left.empty()) {
    const auto done = static_cast<std::int64_t>(pending_.size() - left.size());
    const ssize_t count = ::pwrite(file_.number(), left.data(), left.size(), written_ + done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      error_ = errno;
      return;
    }
    left.remove_prefix(static_cast<std::size_t>(count));
  }
  written_ += static_cast<std::int64_t>(pending_.size());
  pending_.clear();
}

bool LineFile::cut(std::int64_t size) {
  const bool is_long_enough = written_ >= size;
  if (is_long_enough && ::ftruncate(file_.number(), size) != 0) return false;
  pending_.clear();
  if (is_long_enough) written_ = size;
  return is_long_enough;
}

void LineFile::drop_partial_line() {
  std::int64_t end = written_;
  for (char last = 0; end > 0; --end) {
    if (::pread(file_.number(), &last, 1, end - 1) != 1) return;
    if (last == '\n') break;
  }
  if (end < written_) cut(end);
}

bool LineFile::sync() {
  write_pending();
  if (error_ == 0 && ::fsync(file_.number()) != 0) error_ = errno;
  return error_ == 0;
}

bool LineFile::ends_with(const std::string& text) const {
  std::string end(text.size(), '\0');
  const std::int64_t begin = written_ - static_cast<std::int64_t>(text.size());
  const ssize_t count = begin < 0 ? 0 : ::pread(file_.number(), end.data(), end.size(), begin);
  return count == static_cast<ssize_t>(text.size()) && end == text;
}

}  // namespace xgrad::training
