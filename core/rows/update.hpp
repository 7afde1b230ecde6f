#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// The constants of one AdamW step.
template <class T>
struct AdamWStep {
  T lr, beta1, beta2, eps, weight_decay;
  T rest1, rest2;           ///< 1 − β₁ and 1 − β₂, formed before β is rounded to T
  T bias_correction1;       ///< 1 − β₁ᵗ
  T root_bias_correction2;  ///< √(1 − β₂ᵗ)
};

/// One optimiser step over n parameters. Each element is read and written once.
template <class T>
struct UpdateRows {
  void (*adamw)(const AdamWStep<T>& step, const T* grad, T* parameter, T* m, T* v, std::int64_t n);
};

}  // namespace xgrad::kernels
