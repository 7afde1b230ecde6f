#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;
  double weight_decay = 0;
  bool nesterov = false;
};

/// Stochastic gradient descent with momentum, as in PyTorch (Sutskever et al. 2013, section 2, but the
/// velocity does not contain the learning rate). With g the gradient + weight_decay · p:
///   v ← momentum · v + (1 − dampening) · g   (v = g in the first step)
///   p ← p − lr · v, or with Nesterov's momentum p − lr · (g + momentum · v)
class SGD : public Optimizer {
 public:
  explicit SGD(std::vector<Variable> parameters, const SGDOptions& options = {});
  void step() override;

 private:
  struct State {  // for one parameter; unused without momentum
    Tensor v;
    std::int64_t step = 0;
  };
  SGDOptions options_;
  std::vector<State> states_;
};

}  // namespace xgrad::optim
