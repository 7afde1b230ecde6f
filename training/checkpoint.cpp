#include <xgrad/training/checkpoint.hpp>

#include <algorithm>
#include <set>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/training/environment.hpp>

namespace xgrad::training {
namespace {

constexpr const char* version_key = "xgrad_checkpoint";  // also in nn/state_dict.cpp
constexpr const char* version = "1";

// The name without `part.`; empty if the tensor is of another part.
std::string_view name_in(std::string_view part, std::string_view name) {
  const bool is_of_part = name.size() > part.size() && name.starts_with(part) && name[part.size()] == '.';
  return is_of_part ? name.substr(part.size() + 1) : std::string_view();
}

// The first words of the names: "model, optimizer".
std::string parts_of(const NamedTensors& tensors) {
  std::set<std::string> parts;
  for (const auto& [name, tensor] : tensors) parts.insert(name.substr(0, name.find('.')));
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? "nothing" : text;
}

}  // namespace

void Checkpoint::add(std::string_view part, const NamedTensors& state) {
  for (const auto& [name, tensor] : tensors) {
    if (!name_in(part, name).empty()) fail("checkpoint", "the part ", part, " is there already");
  }
  for (const auto& [name, tensor] : state) tensors.emplace_back(std::string(part) + '.' + name, tensor);
}

NamedTensors Checkpoint::part(std::string_view name) const {
  NamedTensors state;
  for (const auto& [full, tensor] : tensors) {
    const std::string_view rest = name_in(name, full);
    if (!rest.empty()) state.emplace_back(rest, tensor);
  }
  if (state.empty())
    fail("checkpoint", "has no part ", name, "; it holds ", parts_of(tensors), " of step ", step);
  return state;
}

const std::string& Checkpoint::text(const std::string& key) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) fail("checkpoint", "its metadata have no ", key);
  return found->second;
}

void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  NamedTensors tensors{{"step", full({}, checkpoint.step, int64)}};
  tensors.insert(tensors.end(), checkpoint.tensors.begin(), checkpoint.tensors.end());
  std::map<std::string, std::string> metadata = checkpoint.metadata;
  metadata[version_key] = version;
  for (const auto& [name, value] : arithmetic_environment()) metadata["environment." + name] = value;
  save_safetensors(path, tensors, metadata);
}

bool is_checkpoint(const std::map<std::string, std::string>& metadata) {
  return metadata.contains(version_key);
}

Checkpoint load_checkpoint(const std::filesystem::path& path) {
  SafetensorsFile file = load_safetensors(path);
  const auto refuse = [&path](const auto&... parts) {
    fail_state("load_checkpoint", path.string(), ": ", parts...);
  };
  if (!is_checkpoint(file.metadata)) refuse("is not a checkpoint: its metadata have no ", version_key);
  const std::string& its_version = file.metadata.at(version_key);
  if (its_version != version)
    refuse("is a checkpoint of version ", its_version, "; this program reads version ", version);
  if (!file.unreadable.empty()) {
    const auto& [name, reason] = *file.unreadable.begin();
    refuse("tensor \"", name, "\" cannot be read: ", reason);
  }
  const auto step = std::find_if(file.tensors.begin(), file.tensors.end(),
                                 [](const auto& named) { return named.first == "step"; });
  if (step == file.tensors.end()) refuse("has no step");
  const Tensor& number = step->second;
  if (number.dtype() != int64 || number.dim() != 0)
    refuse("step must be int64 of shape (), not ", number.dtype(), " of shape ", number.shape());
  Checkpoint checkpoint{.step = number.item<std::int64_t>()};
  if (checkpoint.step < 0) refuse("step must not be negative, but is ", checkpoint.step);
  file.tensors.erase(step);
  checkpoint.tensors = std::move(file.tensors);
  checkpoint.metadata = std::move(file.metadata);
  return checkpoint;
}

}  // namespace xgrad::training
