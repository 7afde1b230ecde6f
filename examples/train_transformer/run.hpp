#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>
#include <xgrad/xgrad.hpp>

/// The folder a training run writes to: the model, and its metrics as JSON lines. A run never writes over
/// another one's.
class RunFolder {
 public:
  /// Takes `folder`, or the first of folder-2, folder-3, ... in which no earlier run has left a model or
  /// metrics, and makes it where it is not there. Whether the model can be written is known before any work.
  /// Throws `std::runtime_error` naming the path where it can't be, and where a run is still at work there.
  explicit RunFolder(const std::filesystem::path& folder);
  /// Without a line of metrics the folder is free for the next run.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Appends one line to metrics.jsonl. A disk that is full by then costs the lines, not the training.
  void log(const nlohmann::json& line);
  void save(const xgrad::nn::Module& model, const std::map<std::string, std::string>& metadata = {}) const;
  /// Throws `std::runtime_error` if metrics.jsonl lacks a line.
  void check_metrics() const;

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path model_path() const;
  std::filesystem::path metrics_path() const;

 private:
  bool take();

  std::filesystem::path folder_;
  std::filesystem::path metrics_path_;  // for the destructor, which asks for no memory
  int metrics_ = -1;                    // metrics.jsonl, locked for as long as the run lives
  bool is_empty_ = true;
  int error_ = 0;  // of the first line that could not be written
};
