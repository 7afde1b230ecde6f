#include "run.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <xgrad/core/io/atomic_file.hpp>

namespace fs = std::filesystem;

namespace {

fs::path numbered(const fs::path& folder, int number) {
  fs::path path = folder.has_filename() ? folder : folder.parent_path();
  if (path.filename() == "." || path.filename() == "..")
    path = fs::canonical(path);  // beside the folder, not in it
  path += "-";
  path += std::to_string(number);
  return path;
}

std::string cannot_write(const fs::path& path, int error) {
  return "cannot write to " + path.string() + ": " + std::system_category().message(error);
}

// The system drops the lock of a run that is killed.
bool is_locked(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return false;
  const bool locked = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return locked;
}

// The error number; 0 if everything is written.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

RunFolder::RunFolder(const fs::path& folder) : folder_(folder) {
  for (int number = 2; !take(); ++number) folder_ = numbered(folder, number);
  metrics_path_ = metrics_path();
}

RunFolder::~RunFolder() {
  if (is_empty_) ::unlink(metrics_path_.c_str());
  ::close(metrics_);
}

// False if the folder holds a run.
bool RunFolder::take() {
  std::error_code error;
  if (fs::exists(model_path(), error)) return false;
  if (fs::is_symlink(folder_, error) && !fs::exists(folder_, error)) {
    throw std::runtime_error("cannot make the folder " + folder_.string() + ": it is a link to " +
                             fs::read_symlink(folder_).string() + ", which does not exist");
  }
  fs::create_directories(folder_, error);
  if (error) throw std::runtime_error("cannot make the folder " + folder_.string() + ": " + error.message());
  const xgrad::AtomicFile probe("save_safetensors", model_path());  // throws the errors of saving now
  // If two runs start together, only one creates the file.
  metrics_ = ::open(metrics_path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (metrics_ >= 0) {
    ::flock(metrics_, LOCK_EX | LOCK_NB);
    return true;
  }
  if (errno != EEXIST) throw std::runtime_error(cannot_write(metrics_path(), errno));
  if (is_locked(metrics_path())) {
    throw std::runtime_error("another run is at work in the folder " + folder_.string() +
                             "; name another one with --out");
  }
  return false;
}

void RunFolder::log(const nlohmann::json& line) {
  is_empty_ = false;
  if (error_ != 0) return;
  error_ = write_all(metrics_, line.dump() + '\n');
  if (error_ != 0)
    std::cerr << "warning: " << cannot_write(metrics_path(), error_) << "; training goes on without it\n";
}

void RunFolder::check_metrics() const {
  if (error_ != 0)
    throw std::runtime_error(cannot_write(metrics_path(), error_) + "; its last lines are missing");
}

fs::path RunFolder::model_path() const { return folder_ / "model.safetensors"; }
fs::path RunFolder::metrics_path() const { return folder_ / "metrics.jsonl"; }

void RunFolder::save(const xgrad::nn::Module& model,
                     const std::map<std::string, std::string>& metadata) const {
  xgrad::save_safetensors(model_path(), model.state_dict(), metadata);
}
