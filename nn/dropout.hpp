#pragma once

#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

/// In training, each element becomes 0 with probability p, else x / (1 − p). In evaluation, the identity
/// (Srivastava et al. 2014). Draws from the global generator.
class Dropout : public Callable<Dropout> {
 public:
  explicit Dropout(double p = 0.5);

  Variable forward(const Variable& x) const;
  void visit(Visitor&) const override {}
  std::string extra_repr() const override;

  double p;
};

}  // namespace xgrad::nn
