#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <xgrad/core/tensor/named_tensors.hpp>
#include <xgrad/optim/parameter_group.hpp>

namespace xgrad::optim {

/// What an optimiser remembers of one parameter. The Tensors are contiguous, of its shape and dtype.
struct ParameterState {
  std::int64_t step = 0;          ///< how many steps the parameter has made; in an update, with this one
  std::array<Tensor, 3> tensors;  ///< under the names of `state_names`; undefined where there is none
};

/// Changes parameters in place, by their gradients. Holds handles to the parameters of a module.
///
///     for (...) {
///       optimizer.zero_grad();
///       loss(batch).backward();
///       optimizer.step();
///     }
///
/// `backward` adds to the gradients. So several batches make one step, with the gradient of their mean, if
/// the loss of each of n is divided by n:
///
///     optimizer.zero_grad();
///     for (const Batch& part : parts) (loss(part) / n).backward();
///     optimizer.step();
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// Updates every parameter that has a gradient. Skips a frozen one (`requires_grad_(false)`), even with an
  /// old gradient. A step that throws has changed no parameter and no state. After the first step, it
  /// allocates no memory if parameters and gradients are contiguous.
  void step();
  void zero_grad() const;  ///< drops the gradients

  /// The parameters of all groups, in their order.
  const std::vector<Variable>& parameters() const { return parameters_; }
  /// The groups, with every option of this optimiser. A list of parameters alone is one group.
  const std::vector<ParameterGroup>& param_groups() const { return groups_; }
  /// The learning rate that the group began with. Schedules are relative to it.
  double initial_lr(std::size_t group = 0) const { return initial_lrs_.at(group); }

  double lr() const { return *groups_[0].lr; }  ///< of the first group
  /// Sets the first group's rate, and those of the others in proportion to their initial rates.
  void set_lr(double lr);
  /// Sets one option of one group: `optimizer.set_option("beta1", 0.85, 1)`.
  void set_option(std::string_view name, double value, std::size_t group = 0);

  /// All that a restored run needs to continue bit for bit, under PyTorch's names. Parameters count through
  /// all groups: int64 `state.0.step`, `state.0.exp_avg`, ...; of group 0, float64 `param_groups.0.lr`,
  /// `param_groups.0.initial_lr`, ..., boolean `param_groups.0.maximize`, ..., and int64
  /// `param_groups.0.params`. A parameter that has made no step has no state. The Tensors of the state share
  /// memory with it.
  NamedTensors state_dict() const;  // optimizer_state.cpp, with the next
  /// Copies the state, the options of the groups included. Throws `std::invalid_argument` that names every
  /// missing or unexpected key, wrong shape or dtype, and option out of range; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

 protected:
  /// `defaults` has a value for every option of this optimiser, and no others. Throws naming `name` if an
  /// option is out of range or not one of these; and if there are no parameters, or if one is undefined, not
  /// a leaf, listed twice, or a Tensor that never required a gradient.
  Optimizer(std::string_view name, std::vector<ParameterGroup> groups, const ParameterGroup& defaults);

  /// The names of what the optimiser keeps for each parameter of this group: `{"exp_avg", "exp_avg_sq"}`.
  virtual std::array<std::string_view, 3> state_names(const ParameterGroup& group) const = 0;
  /// One step of one parameter, in place. All Tensors are contiguous. If this throws, the parameters before
  /// this one have made the step.
  virtual void update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
                      const ParameterGroup& group) const = 0;

 private:
  bool takes_step(std::size_t parameter) const;
  void make_state(std::size_t parameter);

  struct Update {
    std::size_t parameter;
    Tensor value, gradient;  // contiguous
  };
  std::string name_;
  std::vector<ParameterGroup> groups_;
  std::vector<double> initial_lrs_;     // of the groups
  std::vector<Variable> parameters_;    // of all groups
  std::vector<std::size_t> group_of_;   // of the parameters
  std::vector<ParameterState> states_;  // of the parameters
  std::vector<Update> updates_;         // empty between steps; keeps its memory
};

/// Parameters in one group, without options of their own.
std::vector<ParameterGroup> one_group(std::vector<Variable> parameters);

}  // namespace xgrad::optim
