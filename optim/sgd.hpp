#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
  bool maximize = false;  ///< steps along the gradient, not against it
};

/// Stochastic gradient descent with momentum, as in PyTorch (Sutskever et al. 2013, section 2, but the
/// velocity does not contain the learning rate). With g the gradient + weight_decay · p:
///   v ← momentum · v + (1 − dampening) · g   (v = g in the first step)
///   p ← p − lr · v, or with Nesterov's momentum p − lr · (g + momentum · v)
/// State: `momentum_buffer`, v.
class SGD : public Optimizer {
 public:
  explicit SGD(std::vector<Variable> parameters, const SGDOptions& options = {});
  explicit SGD(std::vector<ParameterGroup> groups, const SGDOptions& options = {});

 protected:
  std::array<std::string_view, 3> state_names(const ParameterGroup& group) const override;
  void update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
              const ParameterGroup& group) const override;
};

}  // namespace xgrad::optim
