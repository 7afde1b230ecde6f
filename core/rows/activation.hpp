#pragma once

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Activations made of exponentials, and their rules from g and x. `y` may be an operand.
template <class T>
struct ActivationRows {
  void (*sigmoid)(const T* x, T* y, std::int64_t n);                       ///< 1 / (1 + exp(−x))
  void (*sigmoid_backward)(const T* g, const T* x, T* y, std::int64_t n);  ///< g σ(x) σ(−x)
  void (*tanh_backward)(const T* g, const T* x, T* y, std::int64_t n);     ///< 4 g σ(2x) σ(−2x)
  void (*silu)(const T* x, T* y, std::int64_t n);                          ///< x σ(x)
  void (*silu_backward)(const T* g, const T* x, T* y, std::int64_t n);     ///< g σ(x) (1 + x σ(−x))
  /// log(1 + exp(βx)) / β, and x where βx > threshold.
  void (*softplus)(const T* x, T beta, T threshold, T* y, std::int64_t n);
  /// g sigmoid(βx), and g where βx > threshold.
  void (*softplus_backward)(const T* g, const T* x, T beta, T threshold, T* y, std::int64_t n);
};

}  // namespace xgrad::kernels
