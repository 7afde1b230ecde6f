#include <xgrad/core/io/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <random>
#include <sstream>
#include <system_error>
#include <utility>

#include <xgrad/core/error.hpp>

namespace xgrad {
namespace {

namespace fs = std::filesystem;

fs::path follow_links(fs::path path) {
  std::error_code none;
  for (int hops = 0; hops < 40 && fs::is_symlink(path, none); ++hops) {
    path = path.parent_path() / fs::read_symlink(path, none);
  }
  return path;
}

// Unlike mkstemp's 0600, a file opened under such a name gets the permissions that the user's umask asks for.
fs::path name_aside(const fs::path& target) {
  static std::atomic<unsigned> counter{std::random_device{}()};
  std::ostringstream name;
  name << '.' << target.filename().string() << '.' << ::getpid() << '.' << counter.fetch_add(1) << ".tmp";
  return target.parent_path() / std::move(name).str();
}

}  // namespace

AtomicFile::AtomicFile(std::string_view op, const fs::path& path)
    : op_(op), path_(path), target_(follow_links(path)) {
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  if (replaces && !S_ISREG(old.st_mode)) fail_state(op_, path_.string(), ": is not a regular file");
  for (int attempt = 0; attempt < 16 && file_ < 0; ++attempt) {
    aside_ = name_aside(target_);
    file_ = ::open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0 && errno != EEXIST) break;
  }
  if (file_ < 0) fail_errno("cannot be written");
  if (replaces) static_cast<void>(::fchmod(file_, old.st_mode & 07777));
}

AtomicFile::~AtomicFile() {
  if (file_ >= 0) ::close(file_);
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  constexpr std::size_t most = std::size_t{1} << 30;  // Linux writes at most 2 GB at a time
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(file_, next, std::min(count, most));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_errno("cannot be written");
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  if (::fsync(file_) != 0) fail_errno("cannot be written");
  if (::close(std::exchange(file_, -1)) != 0) fail_errno("cannot be written");
  if (::rename(aside_.c_str(), target_.c_str()) != 0) fail_errno("cannot be replaced");
  aside_.clear();
  // The new name is on the disk once the directory is. A file system that cannot do this has done its best.
  const fs::path directory = target_.has_parent_path() ? target_.parent_path() : fs::path(".");
  if (const int entry = ::open(directory.c_str(), O_RDONLY | O_CLOEXEC); entry >= 0) {
    ::fsync(entry);
    ::close(entry);
  }
}

void AtomicFile::fail_errno(const char* what) const {
  fail_state(op_, path_.string(), ": ", what, ": ", std::system_category().message(errno));
}

}  // namespace xgrad
