#pragma once

#include <cstdint>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// Logits z = x Wᵀ + b with their targets. x (..., D), weight (V, D), bias (V) or undefined; targets (...) in
/// [0, V) or `ignore_index`. If x is bfloat16, all else is float32, but weight may be bfloat16 too: the
/// products read weight and dz in bfloat16.
struct LinearClasses {
  Tensor x, weight, bias, targets;
  std::int64_t ignore_index;
  double label_smoothing;
};

struct LinearCrossEntropyWants {
  bool dx = false, dw = false, db = false;
};

/// The losses (...), and the gradients that are wanted; the others are undefined.
struct LinearCrossEntropy {
  Tensor losses, dx, dw, db;
};

/// Cross entropy of z for a few rows at a time: the logits of all rows are never in memory together. `g` is
/// dL/d(losses), (...), and may be undefined if no gradient is wanted.
LinearCrossEntropy linear_cross_entropy(const LinearClasses& of, const Tensor& g,
                                        LinearCrossEntropyWants wants);

}  // namespace xgrad::kernels
