#pragma once

#include <xgrad/optim/optimizer.hpp>

namespace xgrad::optim {

struct AdamOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;
  bool amsgrad = false;   ///< divides by the largest v so far (Reddi et al. 2018, algorithm 2)
  bool maximize = false;  ///< steps along the gradient, not against it
};

/// Adam (Kingma & Ba 2015, algorithm 1), as in PyTorch. In step t, with g the gradient + weight_decay · p:
///   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
/// State: `exp_avg`, m; `exp_avg_sq`, v; with amsgrad `max_exp_avg_sq`.
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Variable> parameters, const AdamOptions& options = {});
  explicit Adam(std::vector<ParameterGroup> groups, const AdamOptions& options = {});

 protected:
  enum class Decay { in_gradient, of_parameter };  // weight_decay acts on g in Adam, on p in AdamW
  Adam(std::string_view name, std::vector<ParameterGroup> groups, const AdamOptions& options, Decay decay);
  std::array<std::string_view, 3> state_names(const ParameterGroup& group) const override;
  void update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
              const ParameterGroup& group) const override;

 private:
  Decay decay_;
};

}  // namespace xgrad::optim
