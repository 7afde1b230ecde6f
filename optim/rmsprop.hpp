#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;
  double eps = 1e-8;
  double weight_decay = 0;
  double momentum = 0;
  bool centered = false;  ///< divides by the deviation from the mean gradient (Graves 2013, eq. 38–41)
  bool maximize = false;  ///< steps along the gradient, not against it
};

/// RMSprop (Hinton et al. 2012, Neural networks for machine learning, lecture 6e), as in PyTorch. With g the
/// gradient + weight_decay · p:
///   s ← α s + (1 − α) g²,   d = g / (√s + eps)
///   centered:  a ← α a + (1 − α) g,  d = g / (√max(s − a², 0) + eps), where only rounding makes s < a²
///   p ← p − lr · d, or with momentum:  v ← momentum · v + d,  p ← p − lr · v
/// State: `square_avg`, s; with momentum `momentum_buffer`, v; centered `grad_avg`, a.
class RMSprop : public Optimizer {
 public:
  explicit RMSprop(std::vector<Variable> parameters, const RMSpropOptions& options = {});
  explicit RMSprop(std::vector<ParameterGroup> groups, const RMSpropOptions& options = {});

 protected:
  std::array<std::string_view, 3> state_names(const ParameterGroup& group) const override;
  void update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
              const ParameterGroup& group) const override;
};

}  // namespace xgrad::optim
