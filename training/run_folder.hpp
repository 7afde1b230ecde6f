#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include <xgrad/training/checkpoint_files.hpp>
#include <xgrad/training/json_line.hpp>

namespace xgrad::training {

struct RunFolderOptions {
  bool resume = false;    ///< go on with the run in the folder
  std::int64_t keep = 3;  ///< how many checkpoints stay; at least 1
  Warn warn = warn_on_stderr;
};

/// The folder that a training run writes to. Only one process at a time works in it.
///
///     model.safetensors                the trained model
///     checkpoint-000500.safetensors    the run after step 500; the last few are kept
///     metrics.jsonl                    numbers that the seed decides: a resumed run writes the same
///     timings.jsonl                    numbers that differ from run to run
class RunFolder {
 public:
  /// Takes the first of folder, folder-2, folder-3, ... that holds no run, or with `resume` the folder
  /// itself, and creates it if needed. Throws `std::runtime_error` that names the path if it cannot be
  /// written, or if another process works there.
  explicit RunFolder(const std::filesystem::path& folder, RunFolderOptions options = {});
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Append a line to metrics.jsonl, to timings.jsonl. On a full disk there is a warning, and the lines are
  /// written once there is room.
  void log(const Fields& fields);
  void log_timing(const Fields& fields);
  /// The last line of metrics.jsonl. It gets the field "finished". Throws if a line cannot be written.
  void finish(Fields fields);
  bool is_finished() const;  ///< whether metrics.jsonl has this line

  /// Writes the checkpoint with the length of metrics.jsonl, then removes older checkpoints. Throws
  /// `std::runtime_error` if the metrics or the checkpoint cannot be written; then the older ones stay.
  void save(Checkpoint checkpoint);
  /// Goes back to the moment of this checkpoint: drops the later lines of metrics.jsonl. Warns if the bits of
  /// the results will differ, see `environment_changes`.
  void rewind(const Checkpoint& checkpoint);

  /// Removes what the run has written but a model: for a run that fails before its first step.
  void discard();

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path model_path() const;
  std::filesystem::path metrics_path() const;
  std::filesystem::path timings_path() const;

 private:
  struct Logs;
  bool take();
  void append(const std::string& line);

  std::filesystem::path folder_;
  RunFolderOptions options_;
  std::unique_ptr<Logs> logs_;
};

/// Whether the folder holds a run: a model, metrics or a checkpoint.
bool holds_run(const std::filesystem::path& folder);

}  // namespace xgrad::training
