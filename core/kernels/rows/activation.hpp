#pragma once

#include <cstdint>

#include <xgrad/core/kernels/rows/isa.hpp>

namespace xgrad::kernels {

/// Activations made of exponentials, and their rules from g and what the op has kept. `y` may be an operand.
template <class T>
struct ActivationRows {
  void (*sigmoid)(const T* x, T* y, std::int64_t n);                       ///< 1 / (1 + exp(−x))
  void (*sigmoid_backward)(const T* g, const T* s, T* y, std::int64_t n);  ///< g s (1 − s), s its output
  void (*silu)(const T* x, T* y, std::int64_t n);                          ///< x sigmoid(x)
  void (*silu_backward)(const T* g, const T* x, T* y, std::int64_t n);     ///< g s (1 + x (1 − s))
  /// log(1 + exp(βx)) / β, and x where βx > threshold.
  void (*softplus)(const T* x, T beta, T threshold, T* y, std::int64_t n);
  /// g sigmoid(βx), and g where βx > threshold.
  void (*softplus_backward)(const T* g, const T* x, T beta, T threshold, T* y, std::int64_t n);
};

}  // namespace xgrad::kernels
