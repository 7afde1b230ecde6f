#pragma once

#include <string_view>

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
};

/// Adam (Kingma & Ba 2015, algorithm 1), as in PyTorch. In step t, with g the gradient + weight_decay · p:
///   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Variable> parameters, const AdamOptions& options = {});
  void step() override;

 protected:
  enum class Decay { in_gradient, of_parameter };  // weight_decay acts on g in Adam, on p in AdamW
  Adam(std::string_view name, std::vector<Variable> parameters, const AdamOptions& options, Decay decay);

 private:
  struct State {  // for one parameter; empty before its first step
    Tensor m, v;
    std::int64_t step = 0;
  };
  AdamOptions options_;
  Decay decay_;
  std::vector<State> states_;
};

}  // namespace xgrad::optim
