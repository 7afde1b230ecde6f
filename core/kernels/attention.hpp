#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// softmax(scale · q kᵀ + mask) v of every head, tile by tile: in memory there are a few tiles of scores,
// never all of them. q is (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v), of one floating dtype; each
// is read in place if its last stride is 1. Results of these shapes are new. In memory they are (B, T, H, d),
// with the heads side by side. The caller has checked shapes and dtypes.

/// Which keys a query sees: query i sees key j if j ≤ i + diagonal and `mask` does not hide it. The diagonal
/// is not below 0; T_k hides nothing. `mask` may be undefined; else boolean (true keeps) or of q's dtype
/// (added), and broadcasts to (B, H, T_q, T_k).
struct AttentionMask {
  std::int64_t diagonal;
  Tensor mask;
};

struct Attention {
  /// (B, H, T_q, d_v). A query that sees no key gives a row of 0; one that sees only scores of −∞ gives NaN.
  Tensor output;
  /// (B, H, T_q): the largest of each query's masked scores, and 1 / Σ exp(score − max); ∞ and 0 if no key is
  /// seen. They are two numbers, since max + log Σ would lose the sum beside a large max, such as a mask of
  /// −1e9 makes.
  Tensor max, inverse_sum;
};
Attention attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                    const AttentionMask& mask);

/// A gradient that is not wanted is undefined.
struct AttentionGradients {
  Tensor dq, dk, dv;
};
/// Which gradients are asked for.
struct AttentionWants {
  bool q, k, v;
};
AttentionGradients attention_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                      const Attention& forward, double scale, const AttentionMask& mask,
                                      AttentionWants wants);

}  // namespace xgrad::kernels
