#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

// softmax(scale · q kᵀ + mask) v of every head, tile by tile: in memory there are a few tiles of scores,
// never all of them. q is (B, H, T_q, d), k (B, H_k, T_k, d), v (B, H_k, T_k, d_v), and H_k divides H: query
// head h reads key head h / (H / H_k). Each is read in place if its last stride is 1. Results of these shapes
// are new. In memory they are (B, T, H, d), with the heads side by side. The caller has checked shapes and
// dtypes: q, k and v have one floating dtype, or all are bfloat16. In that case each product reads bfloat16,
// to which the weights and their gradients are rounded too, and all else is float32, the results included.

/// What happens to the scores between the two products, in this order.
struct ScoreForm {
  double scale = 1;
  double softcap = 0;        ///< scores become c tanh(scores / c); 0: none
  std::int64_t first, last;  ///< query i sees key j if i + first ≤ j ≤ i + last
  double keep_factor = 1;    ///< of the weights that dropout keeps
};

/// Masks of the scores and the weights; each may be undefined.
struct ScoreMasks {
  Tensor added;      ///< of the results' dtype, of 4 dims that broadcast to (B, H, T_q, T_k)
  Tensor kept;       ///< boolean, true keeps; broadcasts to (B, H, T_q, T_k)
  Tensor undropped;  ///< (B, H, T_q, T_k) boolean: the weights that dropout keeps
};

struct Attention {
  /// (B, H, T_q, d_v). A query that sees no key gives a row of 0; one that sees only scores of −∞ gives NaN.
  Tensor output;
  /// (B, H, T_q): the largest of each query's masked scores, and 1 / Σ exp(score − max); ∞ and 0 if no key is
  /// seen. They are two numbers, since max + log Σ would lose the sum beside a large max, such as a mask of
  /// −1e9 makes.
  Tensor max, inverse_sum;
};
Attention attention(const Tensor& q, const Tensor& k, const Tensor& v, const ScoreForm& form,
                    const ScoreMasks& masks);

/// A gradient that is not wanted is undefined.
struct AttentionGradients {
  Tensor dq, dk, dv;
  Tensor d_added;  ///< of the additive mask, in its shape
};
/// Which gradients are asked for.
struct AttentionWants {
  bool q, k, v, added;
};
AttentionGradients attention_backward(const Tensor& g, const Tensor& q, const Tensor& k, const Tensor& v,
                                      const Attention& forward, const ScoreForm& form,
                                      const ScoreMasks& masks, AttentionWants wants);

}  // namespace xgrad::kernels
