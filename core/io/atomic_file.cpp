#include <xgrad/core/io/atomic_file.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <system_error>

#include <xgrad/core/base/error.hpp>

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

// Also right for a target without a parent, which is in the working directory.
fs::path directory_of(const fs::path& target) { return target.parent_path() / "."; }

// Not mkstemp, whose files have the permissions 0600: the new file follows the user's umask.
fs::path name_aside(const fs::path& target) {
  return target.parent_path() / ('.' + target.filename().string() + '.' + std::to_string(::getpid()) + '.' +
                                 std::to_string(std::random_device{}()) + ".tmp");
}

// A path to an open file that has no name.
fs::path name_of(int file) { return "/proc/self/fd/" + std::to_string(file); }

// A file without a name: if the program ends before commit(), nothing is left of it. Not open if the file
// system has no such files, or if the file could not be named later.
OpenFile open_nameless([[maybe_unused]] const fs::path& directory) {
#ifdef O_TMPFILE
  OpenFile file(::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666));
  std::error_code none;
  if (file.is_open() && fs::exists(name_of(file.number()), none)) return file;
#endif
  return OpenFile();
}

}  // namespace

OpenFile::~OpenFile() {
  if (is_open()) ::close(number_);
}

template <class Create>
void AtomicFile::give_name(const Create& create) {
  for (int attempt = 0; attempt < 16; ++attempt) {
    fs::path name = name_aside(target_);
    if (create(name.c_str()) >= 0) {
      aside_ = std::move(name);
      return;
    }
    if (errno != EEXIST) break;
  }
  fail_errno("cannot be written");
}

AtomicFile::AtomicFile(std::string_view op, const fs::path& path)
    : op_(op), path_(path), target_(follow_links(path)) {
  struct stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  if (replaces && !S_ISREG(old.st_mode)) fail_state(op_, path_.string(), ": is not a regular file");
  file_ = open_nameless(directory_of(target_));
  if (!file_.is_open()) {
    give_name([this](const char* name) {
      file_ = OpenFile(::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
      return file_.number();
    });
  }
  if (replaces) static_cast<void>(::fchmod(file_.number(), old.st_mode & 07777));
}

AtomicFile::~AtomicFile() {
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

void AtomicFile::write(const void* bytes, std::size_t count) {
  constexpr std::size_t most = std::size_t{1} << 30;  // Linux writes at most 2 GB at a time
  const auto* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = ::write(file_.number(), next, std::min(count, most));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_errno("cannot be written");
    next += written;
    count -= static_cast<std::size_t>(written);
  }
}

void AtomicFile::commit() {
  const fs::path directory = directory_of(target_);  // allocates, so it comes before the rename
  if (::fsync(file_.number()) != 0) fail_errno("cannot be written");
  if (aside_.empty()) {
    give_name([this](const char* name) {
      return ::linkat(AT_FDCWD, name_of(file_.number()).c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW);
    });
  }
  if (::close(file_.release()) != 0) fail_errno("cannot be written");
  if (::rename(aside_.c_str(), target_.c_str()) != 0) fail_errno("cannot be replaced");
  aside_.clear();
  // The new name is on the disk once the directory is. Some file systems cannot sync one; that is no error.
  const OpenFile entry(::open(directory.c_str(), O_RDONLY | O_CLOEXEC));
  if (entry.is_open()) ::fsync(entry.number());
}

void AtomicFile::fail_errno(const char* what) const {
  fail_state(op_, path_.string(), ": ", what, ": ", std::system_category().message(errno));
}

}  // namespace xgrad
