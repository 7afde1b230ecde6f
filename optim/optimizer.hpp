#pragma once

#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Changes parameters in place, by their gradients. Holds handles to the parameters of a module.
///
///     for (...) {
///       optimizer.zero_grad();
///       loss(batch).backward();
///       optimizer.step();
///     }
class Optimizer {
 public:
  /// Throws if there are no parameters, if one is undefined, not a leaf or listed twice, or if the learning
  /// rate is negative or not finite.
  Optimizer(std::vector<Variable> parameters, double lr);
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// Updates every parameter that has a gradient. Skips a frozen one (`requires_grad_(false)`), even with an
  /// old gradient. A step that throws has changed no parameter and no state.
  virtual void step() = 0;
  void zero_grad() const;  ///< drops the gradients

  double lr() const { return lr_; }
  void set_lr(double lr);
  const std::vector<Variable>& parameters() const { return parameters_; }

 protected:
  /// Whether a step changes this parameter: it has a gradient and is not frozen. Throws if it cannot be
  /// changed in place.
  bool takes_step(std::size_t parameter) const;
  /// Throws naming `op` if an option is negative or not finite.
  static void check_option(std::string_view op, std::string_view name, double value);
  /// Throws unless the optimiser's state has the parameter's shape and dtype. The parameter may have been
  /// converted after its first step.
  void check_fits(const Tensor& state, std::size_t parameter) const;

 private:
  std::vector<Variable> parameters_;
  double lr_;
};

}  // namespace xgrad::optim
