#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "setup.hpp"

/// A training run, from the command line to the trained model in its folder. run.cpp trains, saves and goes
/// on; run_output.cpp tells and writes what came out.
class Run {
 public:
  /// `options` are the names of those on the command line, `program` is the way to call it. Reads a
  /// checkpoint before anything is made, and makes the folder after all that can be wrong was checked.
  Run(const Config& given, const std::vector<std::string>& options, std::string program, Ranks& ranks);

  int train();  ///< the result is the exit status

 private:
  // run.cpp
  void start();
  void report(const Step& step);
  void save(bool must);
  std::string newest_text() const;

  // run_output.cpp
  void announce();
  void tell(const std::string& text, const std::filesystem::path& path);
  void tell_interrupted();
  void finish();
  std::vector<Written> log_examples();
  void show_sample();
  std::filesystem::path write_report() const;
  void try_to_write_report() const;

  std::string program_;
  Ranks& ranks_;
  Config config_;
  std::optional<xgrad::training::RunFolder> folder_;
  std::optional<xgrad::training::Checkpoint> checkpoint_;  // that the run goes on from
  std::optional<Setup> setup_;
  std::vector<std::int64_t> prompt_;
  bool is_saved_ = false;  // the newest state that was to be saved
  std::optional<xgrad::training::Progress> progress_;
};
