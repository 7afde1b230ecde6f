#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad::training {

/// A training run after `step` steps: the states of its parts, and strings that say what run it is. On disk
/// it is one safetensors file, which Python reads, too.
///
///     training::Checkpoint checkpoint{.step = 500};
///     checkpoint.add("model", model.state_dict());          // tensors model.head.weight, ...
///     checkpoint.add("optimizer", optimizer.state_dict());  // optimizer.state.0.exp_avg, ...
///     training::save_checkpoint("checkpoint.safetensors", checkpoint);
///
/// `Module::load` reads the part "model" of such a file.
struct Checkpoint {
  std::int64_t step = 0;
  NamedTensors tensors = {};  ///< of all parts, under `part.name`
  std::map<std::string, std::string> metadata = {};

  /// Puts a state dict under the name of a part, such as "generator.batches". Throws if the part is there.
  void add(std::string_view part, const NamedTensors& state);
  /// The state dict of a part. Throws `std::invalid_argument` that names the parts there are.
  NamedTensors part(std::string_view name) const;
  /// A string of the metadata. Throws `std::invalid_argument` if it is missing.
  const std::string& text(const std::string& key) const;
};

/// Writes the file as `save_safetensors` does: whole or not at all. Adds to the metadata the format's version
/// and what the bits of a result depend on (see `arithmetic_environment`).
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Reads such a file. Throws `std::runtime_error` that names the file and the reason: it is not a checkpoint,
/// is of another version of the format, has no step, or breaks a rule of safetensors.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// Whether these metadata are those of a checkpoint's file.
bool is_checkpoint(const std::map<std::string, std::string>& metadata);

}  // namespace xgrad::training
