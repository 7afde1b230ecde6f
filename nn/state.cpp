// A module's parameters on their way into a dictionary or a file, and back.

#include <map>
#include <sstream>

#include <xgrad/core/error.hpp>
#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

NamedTensors Module::state_dict() const {
  NamedTensors state;
  for (const auto& [name, parameter] : all_named_parameters()) state.emplace_back(name, parameter.value());
  return state;
}

void Module::load_state_dict(const NamedTensors& state) const {
  std::map<std::string, Tensor> given;
  std::vector<std::pair<Variable, Tensor>> copies;
  std::ostringstream problems;
  for (const auto& [name, tensor] : state) {
    if (!given.emplace(name, tensor).second) problems << "\n  twice: " << name;
  }
  for (const auto& [name, parameter] : all_named_parameters()) {
    const auto found = given.find(name);
    if (found == given.end()) {
      problems << "\n  missing: " << name << ' ' << parameter.shape();
      continue;
    }
    if (!found->second.defined()) {
      problems << "\n  undefined: " << name;
    } else if (found->second.shape() != parameter.shape()) {
      problems << "\n  wrong shape: " << name << " is " << found->second.shape() << ", the module's "
               << parameter.shape();
    }
    copies.emplace_back(parameter, found->second);
    given.erase(found);
  }
  for (const auto& [name, tensor] : given) {
    problems << "\n  unexpected: " << name << ' ';
    if (tensor.defined()) problems << tensor.shape();
  }
  if (!problems.str().empty())
    fail("load_state_dict", "the state does not fit ", type_name(), ':', problems.str());
  for (const auto& [parameter, tensor] : copies) parameter.value().copy_(tensor);
}

void Module::save(const std::filesystem::path& path) const { save_safetensors(path, state_dict()); }

void Module::load(const std::filesystem::path& path) const {
  load_state_dict(load_safetensors(path).tensors);
}

}  // namespace xgrad::nn
