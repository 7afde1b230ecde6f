#pragma once

#include <cstdint>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// The loss of each row, and each row's max and Σ exp(x − max) as (2, N) for the way back. logits (N, V),
/// targets (N) in [0, V) or `ignore_index`, whose loss is 0.
struct CrossEntropy {
  Tensor losses, max_and_sum;
};
CrossEntropy cross_entropy(const Tensor& logits, const Tensor& targets, std::int64_t ignore_index,
                           double label_smoothing);

/// dx_nj = g_n · (softmax(x_n)_j − (1 − smoothing) [j = target_n] − smoothing / V), and 0 if the target is
/// ignored. g is (N). dx is contiguous, and may be the logits.
void cross_entropy_backward(const Tensor& g, const Tensor& logits, const Tensor& targets,
                            const Tensor& max_and_sum, std::int64_t ignore_index, double label_smoothing,
                            const Tensor& dx);

/// Σ (a − b)², as a scalar, without a − b in memory. Same shapes and dtypes.
Tensor squared_distance(const Tensor& a, const Tensor& b);

}  // namespace xgrad::kernels
