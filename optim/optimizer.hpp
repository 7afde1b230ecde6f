#pragma once

#include <vector>

#include <xgrad/core/variable.hpp>

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
  /// Throws where there is no parameter, one is not a leaf, or the learning rate is negative. Frozen
  /// parameters, which never have a gradient, are passed over.
  Optimizer(std::vector<Variable> parameters, double lr);
  virtual ~Optimizer() = default;
  Optimizer(Optimizer&&) = default;
  Optimizer& operator=(Optimizer&&) = default;

  /// One update of every parameter that has a gradient.
  virtual void step() = 0;
  void zero_grad() const;  ///< drops the gradients

  double lr() const { return lr_; }
  void set_lr(double lr);
  const std::vector<Variable>& parameters() const { return parameters_; }

 protected:
  /// Throws unless what the optimiser remembers of a parameter still fits it: it may have been converted
  /// since.
  void check_fits(const Tensor& memory, std::size_t parameter) const;

 private:
  std::vector<Variable> parameters_;
  double lr_;
};

}  // namespace xgrad::optim
