// state_dict and load_state_dict, save and load: a module's numbers go into a list or a file, and back.

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

// A parameter or buffer, all its names, and its value in the state.
struct Target {
  Variable variable;
  std::vector<std::string> names = {};
  Tensor value = {};
};

// Each parameter and buffer once, with all its names.
std::vector<Target> targets_in(const Module& module) {
  std::vector<Target> targets;
  for (const auto& [name, variable, is_buffer] : all_members(module)) {
    auto target = std::find_if(targets.begin(), targets.end(),
                               [&v = variable](const Target& other) { return other.variable.is(v); });
    if (target == targets.end()) target = targets.insert(target, {variable});
    target->names.push_back(name);
  }
  return targets;
}

// As errors name it: token.weight or head.weight.
std::string names_of(const Target& target) {
  std::string text;
  for (const std::string& name : target.names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

// Whether two Tensors of one shape, converted to this dtype, have the same bits.
bool is_same(const Tensor& a, const Tensor& b, DType dtype) {
  const Tensor x = a.to(dtype).contiguous(), y = b.to(dtype).contiguous();
  const std::byte* const p = kernels::raw<std::byte>(x);
  return p == kernels::raw<std::byte>(y) || std::memcmp(p, kernels::raw<std::byte>(y), x.nbytes()) == 0;
}

// Moves the target's value out of `given`. Returns a line for each problem with it.
std::string take_value(Target& target, std::map<std::string, Tensor>& given) {
  const Shape& shape = target.variable.shape();
  std::string problems, from;  // the name of the value
  bool is_missing = true;
  for (const std::string& name : target.names) {
    const auto found = given.find(name);
    if (found == given.end()) continue;
    const Tensor tensor = std::move(found->second);
    given.erase(found);
    is_missing = false;
    if (!tensor.defined()) {
      problems += "\n  undefined: " + name;
    } else if (tensor.shape() != shape) {
      problems +=
          "\n  wrong shape: " + name + " is " + tensor.shape().str() + ", the module's " + shape.str();
    } else if (!target.value.defined()) {
      target.value = tensor;
      from = name;
    } else if (!is_same(target.value, tensor, target.variable.dtype())) {
      problems +=
          "\n  contradiction: " + from + " and " + name + " are one in the module, and differ in the state";
    }
  }
  const std::string all = names_of(target) + ' ' + shape.str();
  if (is_missing) problems += "\n  missing: " + all;
  if (target.variable.value().overlaps_itself())
    problems += "\n  not writable: " + all + " is an expanded tensor";
  return problems;
}

bool has(const NamedTensors& tensors, const std::string& name) {
  return std::any_of(tensors.begin(), tensors.end(), [&](const auto& entry) { return entry.first == name; });
}

// A checkpoint's file (see training/checkpoint.hpp) becomes that of its part "model".
SafetensorsFile model_part(SafetensorsFile file) {
  if (!file.metadata.contains("xgrad_checkpoint")) return file;
  constexpr std::string_view prefix = "model.";
  SafetensorsFile part;
  for (auto& [name, tensor] : file.tensors) {
    if (name.starts_with(prefix)) part.tensors.emplace_back(name.substr(prefix.size()), std::move(tensor));
  }
  for (auto& [name, reason] : file.unreadable) {
    if (name.starts_with(prefix)) part.unreadable.emplace(name.substr(prefix.size()), std::move(reason));
  }
  return part;
}

}  // namespace

NamedTensors Module::state_dict() const {
  NamedTensors state;
  for (const auto& [name, variable, is_buffer] : all_members(*this))
    state.emplace_back(name, variable.value());
  return state;
}

void Module::load_state_dict(const NamedTensors& state) const {
  std::map<std::string, Tensor> given;
  std::string problems;  // not a stream, which hides that memory ran out
  for (const auto& [name, tensor] : state) {
    if (!given.emplace(name, tensor).second) problems += "\n  twice: " + name;
  }
  std::vector<Target> targets = targets_in(*this);
  for (Target& target : targets) problems += take_value(target, given);
  for (const auto& [name, tensor] : given)
    problems += "\n  unexpected: " + name + ' ' + (tensor.defined() ? tensor.shape().str() : "");
  if (std::any_of(given.begin(), given.end(),
                  [](const auto& entry) { return entry.first.ends_with("_proj_weight"); }))
    problems += "\n  the state has PyTorch's attention; convert it with nn::from_pytorch";
  if (!problems.empty()) fail("load_state_dict", "the state does not fit ", type_name(), ':', problems);
  for (const Target& target : targets) target.variable.value().copy_(target.value);
}

void Module::save(const std::filesystem::path& path) const { save_safetensors(path, state_dict()); }

void Module::load(const std::filesystem::path& path) const {
  const SafetensorsFile file = model_part(load_safetensors(path));
  const auto is_readable = [&](const std::string& name) { return has(file.tensors, name); };
  for (const Target& target : targets_in(*this)) {
    if (std::any_of(target.names.begin(), target.names.end(), is_readable)) continue;
    for (const std::string& name : target.names) {
      const auto unreadable = file.unreadable.find(name);
      if (unreadable == file.unreadable.end()) continue;
      fail_state("load", path.string(), ": tensor \"", name, "\" of shape ", target.variable.shape(),
                 " cannot be read: ", unreadable->second);
    }
  }
  try {
    load_state_dict(file.tensors);
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument("[load] " + path.string() + ": " + error.what());
  }
}

}  // namespace xgrad::nn
