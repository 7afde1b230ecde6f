#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "config.hpp"
#include "config_text.hpp"
#include "ranks.hpp"
#include "task.hpp"
#include "train.hpp"

/// What a run trains, made from its options. The same on all ranks.
struct Setup {
  /// Throws if the text cannot be read, the model is too large, or the ranks have different options or data.
  Setup(const Config& config, Ranks& ranks);
  Setup(const Setup&) = delete;

  /// Goes on from a checkpoint. Throws if it was made with other data.
  void load(const xgrad::training::Checkpoint& checkpoint);

  Config config;
  std::unique_ptr<Task> task;
  xgrad::nn::GPT model;
  Trainer trainer;
  xgrad::Generator batches;
  Metadata metadata;
  xgrad::training::RunState state;
};

/// The options and the checkpoint that a run goes on with; no checkpoint if it is a new one. `options` are
/// the names of those on the command line.
struct Beginning {
  Config config;
  std::optional<xgrad::training::Checkpoint> checkpoint = {};
};
Beginning beginning_of_run(Config given, const std::vector<std::string>& options);
