#pragma once

#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Changes parameters in place, by their gradients. Holds handles: the parameters stay the module's own.
///
///     for (...) {
///       optimizer.zero_grad();
///       loss(batch).backward();
///       optimizer.step();
///     }
class Optimizer {
 public:
  /// Throws where there is no parameter, one is undefined, not a leaf or comes twice, or the learning rate is
  /// negative or not finite.
  Optimizer(std::vector<Variable> parameters, double lr);
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// One update of every parameter that has a gradient. A frozen parameter (`requires_grad_(false)`) is
  /// passed over, even with a gradient from before. A step that throws has changed no parameter and no state.
  virtual void step() = 0;
  void zero_grad() const;  ///< drops the gradients

  double lr() const { return lr_; }
  void set_lr(double lr);
  const std::vector<Variable>& parameters() const { return parameters_; }

 protected:
  /// Whether a step changes this parameter: it has a gradient and is not frozen. Throws where it cannot be
  /// changed in place.
  bool takes_step(std::size_t parameter) const;
  /// Throws where an option is negative or not finite.
  static void check_option(std::string_view op, std::string_view name, double value);
  /// Throws unless what the optimiser remembers of a parameter still fits it: it may have been converted
  /// since.
  void check_fits(const Tensor& memory, std::size_t parameter) const;

 private:
  std::vector<Variable> parameters_;
  double lr_;
};

}  // namespace xgrad::optim
