#pragma once

#include <cstdint>
#include <filesystem>

#include <xgrad/xgrad.hpp>

#include "config.hpp"
#include "config_text.hpp"
#include "task.hpp"
#include "vocabulary.hpp"

xgrad::nn::GPTOptions model_options_of(const Config& config, std::int64_t vocab_size, std::int64_t context,
                                       bool tied);

/// All that is needed to build the model again, as strings: `model.d_model`, ..., `vocabulary`.
Metadata model_metadata(const xgrad::nn::GPTOptions& options, const Vocabulary& vocabulary);

/// What every file of a run says about it: the options of the run and of the model, and where it ran.
Metadata run_metadata(const Config& config, const Task& task, const xgrad::nn::GPT& model);

/// A trained model from a run's file, with what the file says about it.
struct TrainedModel {
  std::filesystem::path path;  ///< of the file
  Metadata metadata;           ///< in it
  Config config;               ///< of its training
  Vocabulary vocabulary;
  xgrad::nn::GPT model;  ///< evaluates
};

/// Reads the model of a run: of a folder, a checkpoint or a model.safetensors. Throws `std::runtime_error`
/// that names the file if its metadata do not describe the model.
TrainedModel open_model(const std::filesystem::path& run);
