#pragma once

#include <xgrad/optim/adam.hpp>

namespace xgrad::optim {

struct AdamWOptions {
  double lr = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;
  bool amsgrad = false;   ///< divides by the largest v so far (Reddi et al. 2018, algorithm 2)
  bool maximize = false;  ///< steps along the gradient, not against it
};

/// AdamW (Loshchilov & Hutter 2019, algorithm 2, with the decay times lr, as in PyTorch). In step t, with
/// gradient g:
///   p ← p − lr · weight_decay · p
///   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
/// State: as Adam's.
class AdamW : public Adam {
 public:
  explicit AdamW(std::vector<Variable> parameters, const AdamWOptions& options = {});
  explicit AdamW(std::vector<ParameterGroup> groups, const AdamWOptions& options = {});
};

}  // namespace xgrad::optim
