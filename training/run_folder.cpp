#include <xgrad/training/run_folder.hpp>

#include <cerrno>
#include <string>
#include <system_error>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>
#include <xgrad/training/environment.hpp>
#include <xgrad/training/line_file.hpp>

namespace fs = std::filesystem;

namespace xgrad::training {
namespace {

constexpr const char* finished_end = ",\"finished\":true}\n";

fs::path numbered(const fs::path& folder, int number) {
  fs::path path = folder.has_filename() ? folder : folder.parent_path();
  if (path.filename() == "." || path.filename() == "..")
    path = fs::canonical(path);  // beside the folder, not in it
  path += "-";
  path += std::to_string(number);
  return path;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_symlink(folder, error) && !fs::exists(folder, error)) {
    fail_state("run", "cannot make the folder ", folder.string(), ": it is a link to ",
               fs::read_symlink(folder).string(), ", which does not exist");
  }
  fs::create_directories(folder, error);
  if (error) fail_state("run", "cannot make the folder ", folder.string(), ": ", error.message());
}

// A program that was killed at the wrong moment leaves an AtomicFile that has a name, but not its own.
void remove_leftovers(const fs::path& folder) {
  std::error_code none;
  for (fs::directory_iterator entry(folder, none), end; entry != end; entry.increment(none)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.') && name.ends_with(".tmp") && name.find(".safetensors.") != std::string::npos)
      fs::remove(entry->path(), none);
  }
}

std::string cannot_write(const fs::path& path, int error) {
  return "cannot write to " + path.string() + ": " + std::system_category().message(error);
}

}  // namespace

struct RunFolder::Logs {
  LineFile metrics, timings;
  bool has_warned = false;
};

RunFolder::RunFolder(const fs::path& folder, RunFolderOptions options)
    : folder_(folder), options_(std::move(options)) {
  if (options_.keep < 1) fail("run", "keep must be at least 1, not ", options_.keep);
  for (int number = 2; !take(); ++number) folder_ = numbered(folder, number);
}

RunFolder::~RunFolder() = default;

// False if the folder holds a run that is not to be resumed.
bool RunFolder::take() {
  const auto is_taken = [this] { return !options_.resume && holds_run(folder_); };
  if (is_taken() && !LineFile::is_locked(metrics_path())) return false;
  make_folder(folder_);
  const AtomicFile probe("save_safetensors", model_path());  // throws the errors of saving now
  std::unique_ptr<Logs> logs(new Logs{LineFile(metrics_path()), LineFile(timings_path())});
  if (!logs->metrics.is_open()) fail_state("run", cannot_write(metrics_path(), errno));
  if (!logs->metrics.lock()) fail_state("run", "another run is at work in the folder ", folder_.string());
  if (is_taken()) return false;  // by a run that was made meanwhile
  remove_leftovers(folder_);
  logs->timings.drop_partial_line();  // metrics are cut to the checkpoint
  logs_ = std::move(logs);
  return true;
}

void RunFolder::log(const Fields& fields) { append(json_line(fields)); }

// Training does not need the timings, so a full disk is no error.
void RunFolder::log_timing(const Fields& fields) { logs_->timings.append(json_line(fields)); }

void RunFolder::append(const std::string& line) {
  logs_->metrics.append(line);
  const int error = logs_->metrics.error();
  if (error != 0 && !logs_->has_warned) options_.warn(cannot_write(metrics_path(), error));
  logs_->has_warned = error != 0;
}

void RunFolder::finish(Fields fields) {
  fields.emplace_back("finished", true);
  append(json_line(fields));
  if (!logs_->metrics.sync())
    fail_state("run", cannot_write(metrics_path(), logs_->metrics.error()), "; its last lines are missing");
}

bool RunFolder::is_finished() const { return logs_->metrics.ends_with(finished_end); }

void RunFolder::save(Checkpoint checkpoint) {
  const std::int64_t step = checkpoint.step;
  if (!logs_->metrics.sync()) {
    fail_state("run", cannot_write(metrics_path(), logs_->metrics.error()), "; the checkpoint of step ", step,
               " is not written");
  }
  checkpoint.add("run", {{"metrics_bytes", full({}, logs_->metrics.size(), int64)}});
  save_checkpoint(checkpoint_path(folder_, step), checkpoint);
  std::int64_t kept = 0;
  for (const auto& [other, path] : checkpoints_in(folder_)) {
    std::error_code none;
    if (other <= step && ++kept > options_.keep) fs::remove(path, none);
  }
}

void RunFolder::rewind(const Checkpoint& checkpoint) {
  StateReader run(checkpoint.part("run"));
  const std::int64_t bytes = run.integer("metrics_bytes");
  if (bytes < 0) run.problem("metrics_bytes is negative");
  run.finish("the state does not fit a RunFolder");
  const std::string changes = environment_changes(checkpoint.metadata);
  if (!changes.empty()) options_.warn("the run will differ from one that was not stopped:\n" + changes);
  if (logs_->metrics.cut(bytes)) return;
  options_.warn(metrics_path().string() + " lacks lines from before step " + std::to_string(checkpoint.step));
}

void RunFolder::discard() {
  std::error_code none;
  for (const auto& [step, path] : checkpoints_in(folder_)) fs::remove(path, none);
  for (const fs::path& path : {metrics_path(), timings_path()}) fs::remove(path, none);
}

fs::path RunFolder::model_path() const { return training::model_path(folder_); }
fs::path RunFolder::metrics_path() const { return folder_ / "metrics.jsonl"; }
fs::path RunFolder::timings_path() const { return folder_ / "timings.jsonl"; }

bool holds_run(const fs::path& folder) {
  std::error_code none;
  if (fs::exists(model_path(folder), none) || !checkpoints_in(folder).empty()) return true;
  const fs::path metrics = folder / "metrics.jsonl";
  // A run that ended before its first line left an empty file.
  return fs::is_regular_file(metrics, none) ? fs::file_size(metrics, none) > 0
                                            : fs::exists(fs::symlink_status(metrics, none));
}

}  // namespace xgrad::training
