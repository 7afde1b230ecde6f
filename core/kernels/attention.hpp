#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// softmax(scale · q kᵀ + mask) v of every head, tile by tile: in memory there are a few tiles of scores,
// never all of them. q is (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v), of one floating dtype; each
// is read where it lies if its last stride is 1. What is returned of such a shape is new, (B, T, H, d) in
// memory, so that the heads stand side by side. The caller has checked shapes and dtypes.

/// Which keys a query sees: query i sees key j when j ≤ i + diagonal, and where `mask` lets it. A diagonal of
/// T_k hides nothing; it is not below 0. `mask` may be undefined; else boolean (true keeps) or of q's dtype
/// (added), and broadcasts to (B, H, T_q, T_k).
struct AttentionMask {
  std::int64_t diagonal;
  Tensor mask;
};

struct Attention {
  /// (B, H, T_q, d_v); in the row of a query that sees no key 0, of one that sees only scores of −∞ NaN
  Tensor output;
  /// (B, H, T_q): the largest of each query's masked scores, and 1 / Σ exp(score − max); ∞ and 0 where no key
  /// is seen. Two numbers and not max + log Σ, in which a large max, such as a mask of −1e9 makes, would
  /// swallow the sum.
  Tensor max, inverse_sum;
};
Attention attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale,
                    const AttentionMask& mask);

/// Undefined where a gradient isn't wanted.
struct AttentionGradients {
  Tensor dq, dk, dv;
};
AttentionGradients attention_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                      const Attention& forward, double scale, const AttentionMask& mask,
                                      bool wants_q, bool wants_k, bool wants_v);

}  // namespace xgrad::kernels
