#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

// The constants of one optimiser step. The gradient that the formulas take is g = grad_sign · grad +
// grad_decay · p.

template <class T>
struct SGDStep {
  T lr, momentum, grad_sign, grad_decay;
  T rest;  ///< 1 − dampening
  bool nesterov;
};

template <class T>
struct AdamWStep {
  T lr, beta1, beta2, eps, weight_decay, grad_sign, grad_decay;
  T rest1, rest2;           ///< 1 − β₁ and 1 − β₂, formed before β is rounded to T
  T bias_correction1;       ///< 1 − β₁ᵗ
  T root_bias_correction2;  ///< √(1 − β₂ᵗ)
};

template <class T>
struct RMSpropStep {
  T lr, alpha, eps, momentum, grad_sign, grad_decay;
  T rest;  ///< 1 − α, formed before α is rounded to T
};

/// One optimiser step over n parameters, each read and written once. A null pointer leaves its part of the
/// formula out.
template <class T>
struct UpdateRows {
  void (*sgd)(const SGDStep<T>& step, const T* grad, T* p, T* velocity, std::int64_t n);
  void (*adamw)(const AdamWStep<T>& step, const T* grad, T* p, T* m, T* v, T* max_v, std::int64_t n);
  void (*rmsprop)(const RMSpropStep<T>& step, const T* grad, T* p, T* square, T* velocity, T* mean,
                  std::int64_t n);
};

}  // namespace xgrad::kernels
