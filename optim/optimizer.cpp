#include <xgrad/optim/optimizer.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/group_options.hpp>
#include <xgrad/optim/parameters.hpp>

namespace xgrad::optim {

Optimizer::Optimizer(std::string_view name, std::vector<ParameterGroup> groups,
                     const ParameterGroup& defaults)
    : name_(name), groups_(std::move(groups)) {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    fill_options(name, groups_[g], defaults, g);
    initial_lrs_.push_back(*groups_[g].lr);
    parameters_.insert(parameters_.end(), groups_[g].parameters.begin(), groups_[g].parameters.end());
    group_of_.resize(parameters_.size(), g);
  }
  states_.resize(parameters_.size());
  if (parameters_.empty()) fail("optim", "there are no parameters to optimise");
  check_parameters("optim", parameters_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& p = parameters_[i];
    if (!p.is_leaf()) fail("optim", "parameter ", i, " is the result of an op, not a leaf");
    if (!p.node()) {  // a frozen parameter has one
      fail("optim", "parameter ", i, " of shape ", p.shape(),
           " never required a gradient, so nothing would train it; make it Variable(tensor, true)");
    }
  }
}

bool Optimizer::takes_step(std::size_t parameter) const {
  const Variable& p = parameters_[parameter];
  if (!has_gradient_to_use(p)) return false;
  if (p.value().overlaps_itself()) {
    fail_state("optim", "parameter ", parameter, " of shape ", p.shape(),
               " is an expanded tensor, whose elements share memory; make it of a clone()");
  }
  return true;
}

// Makes what the parameter lacks. Until its first step it may still change its shape and dtype.
void Optimizer::make_state(std::size_t parameter) {
  const Variable& p = parameters_[parameter];
  ParameterState& state = states_[parameter];
  const auto names = state_names(groups_[group_of_[parameter]]);
  for (std::size_t k = 0; k < names.size(); ++k) {
    Tensor& tensor = state.tensors[k];
    if (names[k].empty()) continue;
    if (!tensor.defined() || state.step == 0) tensor = zeros(p.shape(), p.dtype());
    if (tensor.shape() == p.shape() && tensor.dtype() == p.dtype()) continue;
    fail_state("optim", "parameter ", parameter, " is now ", p.dtype(), " of shape ", p.shape(), ", and was ",
               tensor.dtype(), " of shape ", tensor.shape(),
               " in its first step; make a new optimizer for it");
  }
}

// The first loop may throw and changes no number. The second cannot throw, as far as `update` does not. So a
// step happens for all parameters or for none.
void Optimizer::step() {
  std::vector<Update> updates = std::exchange(updates_, {});
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!takes_step(i)) continue;
    make_state(i);
    updates.push_back({i, parameters_[i].value().contiguous(), parameters_[i].grad().contiguous()});
  }
  for (const auto& [i, value, gradient] : updates) {
    ++states_[i].step;
    update(value, gradient, states_[i], groups_[group_of_[i]]);
    const Tensor& p = parameters_[i].value();
    if (value.storage() == p.storage()) {
      p.storage()->bump_version();
    } else {
      p.copy_(value);
    }
  }
  updates.clear();
  updates_ = std::move(updates);
}

void Optimizer::zero_grad() const {
  for (const Variable& parameter : parameters_) parameter.zero_grad();
}

void Optimizer::set_lr(double lr) {
  check_option(name_, "lr", lr);
  const double first = initial_lrs_[0];
  for (const double initial : initial_lrs_) {
    if (first == 0 && initial != 0) {
      fail(name_, "set_lr has no proportion between the groups' initial rates of 0 and ", initial,
           "; set each group's by set_option(\"lr\", rate, group)");
    }
  }
  for (std::size_t g = 0; g < groups_.size(); ++g)
    groups_[g].lr = initial_lrs_[g] == first ? lr : lr * (initial_lrs_[g] / first);
}

void Optimizer::set_option(std::string_view name, double value, std::size_t group) {
  if (group >= groups_.size()) fail_range(name_, "there is no group ", group, "; there are ", groups_.size());
  for (const auto& [known, member] : number_options) {
    std::optional<double>& option = groups_[group].*member;
    if (known != name || !option) continue;
    check_option(name_, name, value);
    option = value;
    return;
  }
  fail(name_, "there is no option \"", name, "\" that is a number");
}

std::vector<ParameterGroup> one_group(std::vector<Variable> parameters) {
  std::vector<ParameterGroup> groups(1);
  groups[0].parameters = std::move(parameters);
  return groups;
}

}  // namespace xgrad::optim
