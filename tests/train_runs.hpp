#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/training/checkpoint_files.hpp>

#include "process.hpp"

// Small runs of the program train_transformer, for the tests of --resume.

namespace xgrad {

using Words = std::vector<std::string>;

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A small run of the addition.
inline Words run(const std::filesystem::path& out, std::int64_t steps = 30) {
  return {"--layers",
          "1",
          "--d-model",
          "16",
          "--heads",
          "2",
          "--batch",
          "4",
          "--out",
          out.string(),
          "--steps",
          std::to_string(steps),
          "--checkpoint-every",
          "10",
          "--seed",
          "2",
          "--eval-every",
          "0"};
}

inline Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

struct Outcome {
  int status;
  std::string output, errors;
};
inline Outcome outcome_of(
    const Words& arguments, const std::function<void()>& prepare = [] {}) {
  Process process(XGRAD_TRAIN_TRANSFORMER, arguments, prepare);
  const int status = process.end();
  return {status, process.output, process.errors};
}

// The output of a program that succeeds.
inline std::string output_of(const Words& arguments) {
  const Outcome outcome = outcome_of(arguments);
  CHECK(outcome.status == 0);
  CHECK(outcome.errors.empty());
  return outcome.output;
}

// Runs all 30 steps, and goes back to the checkpoint of step 20, as if the run had been killed then.
inline void make_killed_run(const std::filesystem::path& out) {
  REQUIRE(outcome_of(run(out)).status == 0);
  std::filesystem::remove(out / "model.safetensors");
  std::filesystem::remove(training::checkpoint_path(out, 30));
}

}  // namespace xgrad
