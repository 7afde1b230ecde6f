#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/training/checkpoint.hpp>

namespace xgrad::training {

/// Takes a text that a person should read, such as why a file was passed over.
using Warn = std::function<void(const std::string&)>;

/// Writes "warning: text" to standard error.
void warn_on_stderr(const std::string& text);

/// folder/model.safetensors
std::filesystem::path model_path(const std::filesystem::path& folder);

/// folder/checkpoint-000500.safetensors
std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int64_t step);

/// The step and the path of each checkpoint in a folder, the newest first.
std::vector<std::pair<std::int64_t, std::filesystem::path>> checkpoints_in(
    const std::filesystem::path& folder);

/// The newest checkpoint in a folder that can be read; empty if the folder has none. Warns of each newer one
/// that cannot be read. Throws `std::runtime_error` that names them all if none can.
std::optional<Checkpoint> newest_checkpoint(const std::filesystem::path& folder,
                                            const Warn& warn = warn_on_stderr);

/// A model in a file: its state dict, and the metadata that say how to build it.
struct SavedModel {
  std::filesystem::path path;
  std::optional<std::int64_t> step;  ///< of a checkpoint
  NamedTensors state;
  std::map<std::string, std::string> metadata;
};

/// Reads the model of a run. `run` is a model, a checkpoint, or the folder of a run: then it is
/// model.safetensors in it, or else the newest checkpoint. Throws `std::runtime_error` that names the path.
SavedModel load_saved_model(const std::filesystem::path& run, const Warn& warn = warn_on_stderr);

}  // namespace xgrad::training
