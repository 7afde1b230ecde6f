#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <nlohmann/json.hpp>
#include <xgrad/xgrad.hpp>

/// The folder that a training run writes to: the model, and its metrics as JSON lines. A run never overwrites
/// an earlier one.
class RunFolder {
 public:
  /// Takes the first of folder, folder-2, folder-3, ... that holds neither a model nor metrics, and creates
  /// it if needed. Throws `std::runtime_error` that names the path if the model cannot be written there, or
  /// if another run is still at work there.
  explicit RunFolder(const std::filesystem::path& folder);
  /// If no metrics were logged, the folder is free for the next run.
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Appends one line to metrics.jsonl. On a full disk, training continues without the lines.
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
  std::filesystem::path metrics_path_;  // for the destructor, which must not allocate
  int metrics_ = -1;                    // metrics.jsonl, locked during the run
  bool is_empty_ = true;
  int error_ = 0;  // number of the first failed write
};
