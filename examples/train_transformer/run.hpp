#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <nlohmann/json.hpp>
#include <xgrad/xgrad.hpp>

/// The folder a training run writes to: the model, and its metrics as JSON lines.
class RunFolder {
 public:
  /// Makes the folder and opens its files, so that a folder that can't be written to is known before any
  /// work. Where `folder` holds a model already, takes the first of folder-2, folder-3, ... that does not: a
  /// run never writes over another one's.
  explicit RunFolder(const std::filesystem::path& folder);

  /// Appends one line to metrics.jsonl. A disk that is full by then costs the line, not the training.
  void log(const nlohmann::json& line);
  void save(const xgrad::nn::Module& model, const std::map<std::string, std::string>& metadata = {}) const;

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path model_path() const;
  std::filesystem::path metrics_path() const { return folder_ / "metrics.jsonl"; }

 private:
  std::filesystem::path folder_;
  std::ofstream metrics_;
  bool warned_ = false;
};
