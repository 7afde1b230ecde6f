// Optimizer::state_dict and load_state_dict.

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>
#include <xgrad/optim/group_options.hpp>
#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {
namespace {

std::string group_prefix(std::size_t group) { return "param_groups." + std::to_string(group) + '.'; }
std::string state_prefix(std::size_t parameter) { return "state." + std::to_string(parameter) + '.'; }

double read_option(StateReader& reader, const std::string& prefix, std::string_view option) {
  const std::string name = prefix + std::string(option);
  const double value = reader.number(name);
  if (const std::string_view range = broken_range(option, value); !range.empty())
    reader.problem(name + " must " + std::string(range));
  return value;
}

void read_options(StateReader& reader, const std::string& prefix, ParameterGroup& group) {
  for (const auto& [name, member] : number_options) {
    std::optional<double>& option = group.*member;
    if (!option) continue;
    option = read_option(reader, prefix, name);
  }
  for (const auto& [name, member] : flag_options) {
    if (group.*member) group.*member = reader.flag(prefix + std::string(name));
  }
}

}  // namespace

NamedTensors Optimizer::state_dict() const {
  NamedTensors state;
  std::int64_t first = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const ParameterGroup& group = groups_[g];
    const std::string prefix = group_prefix(g);
    for (const auto& [name, member] : number_options) {
      if (group.*member) state.emplace_back(prefix + std::string(name), tensor(*(group.*member), float64));
    }
    for (const auto& [name, member] : flag_options) {
      if (group.*member) state.emplace_back(prefix + std::string(name), tensor(*(group.*member), boolean));
    }
    state.emplace_back(prefix + "initial_lr", tensor(initial_lrs_[g], float64));
    const auto end = first + static_cast<std::int64_t>(group.parameters.size());
    state.emplace_back(prefix + "params", arange(first, end));
    first = end;
  }
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (states_[i].step == 0) continue;
    const std::string prefix = state_prefix(i);
    state.emplace_back(prefix + "step", tensor(states_[i].step, int64));
    const auto names = state_names(groups_[group_of_[i]]);
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (!names[k].empty() && states_[i].tensors[k].defined())
        state.emplace_back(prefix + std::string(names[k]), states_[i].tensors[k]);
    }
  }
  return state;
}

void Optimizer::load_state_dict(const NamedTensors& state) {
  StateReader reader(state);
  std::vector<ParameterGroup> groups = groups_;
  std::vector<double> initial_lrs = initial_lrs_;
  std::int64_t first = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const std::string prefix = group_prefix(g);
    read_options(reader, prefix, groups[g]);
    initial_lrs[g] = read_option(reader, prefix, "initial_lr");
    const auto n = static_cast<std::int64_t>(groups[g].parameters.size());
    const Tensor params = reader.tensor(prefix + "params", {n}, int64);
    if (params.defined() && !equal(params, arange(first, first + n))) {
      reader.problem(prefix + "params are not the parameters from " + std::to_string(first) + " to " +
                     std::to_string(first + n - 1));
    }
    first += n;
  }
  std::vector<ParameterState> states(parameters_.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::string prefix = state_prefix(i);
    if (!reader.has(prefix)) continue;
    states[i].step = reader.integer(prefix + "step");
    if (states[i].step < 1)
      reader.problem(prefix + "step is " + std::to_string(states[i].step) + ", not positive");
    const auto names = state_names(groups[group_of_[i]]);
    for (std::size_t k = 0; k < names.size(); ++k) {
      const Variable& p = parameters_[i];
      if (!names[k].empty())
        states[i].tensors[k] = reader.tensor(prefix + std::string(names[k]), p.shape(), p.dtype());
    }
  }
  reader.finish("the state does not fit " + name_);
  groups_ = std::move(groups);
  initial_lrs_ = std::move(initial_lrs);
  states_ = std::move(states);
}

}  // namespace xgrad::optim
