#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/score_mask.hpp>

namespace xgrad::nn {

/// Which keys a query sees. Each kind has a name, since PyTorch's two attention APIs read a boolean Tensor in
/// opposite ways. `&` combines masks: a query sees a key if all of them show it.
///
/// A key that one mask hides from every query, such as padding, is not read: its k and v may hold anything,
/// even NaN. A key that is hidden from some queries only is read. Its weight is 0 for them, but 0 · NaN and
/// 0 · ∞ are NaN: a NaN or ∞ in its v spreads to the output, one in its k to the gradient of q.
class Mask {
 public:
  Mask() = default;  ///< everything is seen

  /// Query i sees key j when j ≤ i + T_k − T_q: the last query sees every key, as with a cache of earlier
  /// keys. T_q ≤ T_k. PyTorch's `causal_lower_right`.
  static Mask causal();
  /// Query i sees key j when j ≤ i: the first query sees the first key. PyTorch's `is_causal=True` and
  /// `causal_upper_left`. Equal to `causal()` where T_q = T_k.
  static Mask causal_upper_left();
  /// Query i stands at p = i + T_k − T_q and sees key j when p − left ≤ j ≤ p + right: a sliding window
  /// (Beltagy et al. 2020, "Longformer", section 3.1). −1 is no bound. `window(n - 1, 0)` sees the last n
  /// keys, its own with them. T_q ≤ T_k.
  static Mask window(std::int64_t left, std::int64_t right);
  /// Batch item b has key_lengths[b] keys; the rest is hidden. key_lengths (B) int64.
  static Mask padding(const Tensor& key_lengths);
  /// True shows the key. Boolean, broadcast to (B, H, T_q, T_k). A mask of 3 dims is refused: the first could
  /// be B or H.
  static Mask keep(const Tensor& seen);
  /// Is added to the scores; −∞ hides the key. Floating, broadcast to (B, H, T_q, T_k). A bias that requires
  /// a gradient, such as a learned one of positions, gets it; each forward pass reads its value at that time.
  static Mask additive(const Tensor& bias);
  static Mask additive(const Variable& bias);

  friend Mask operator&(const Mask& a, const Mask& b);

  /// The mask as `softmax` takes it, for scores of shape (B, H, T_q, T_k) = `scores`: boolean (true keeps) or
  /// additive of that dtype, with sizes of 1 where it does not vary; undefined if everything is seen. Throws
  /// if `requires_grad()`, since a Tensor has no gradient.
  Tensor for_scores(const Shape& scores, DType dtype) const;

  /// The mask as `fused_attention` takes it: a causal mask or a window costs no Tensor of T_q × T_k.
  FusedAttentionOptions for_fused_attention(const Shape& scores, DType dtype) const;

  /// Whether an additive mask requires a gradient while gradients are recorded. Then `bias_for_scores` is
  /// added to the scores by an op, and `seen_for_scores` is their mask.
  bool requires_grad() const;
  /// The sum of the additive masks; undefined if there are none.
  Variable bias_for_scores(const Shape& scores, DType dtype) const;
  /// Boolean: which keys are seen; −∞ in an additive mask hides too. Undefined if all are seen.
  Tensor seen_for_scores(const Shape& scores) const;

  /// The keys that a single one of the combined masks hides from every query: boolean, broadcasts to (B, H,
  /// T_k, 1); undefined if there are none.
  Tensor hidden_keys(const Shape& scores) const;

 private:
  Tensor seen_without_additive(const Shape& scores) const;

  SeenPositions positions_;
  Tensor key_lengths_;
  Tensor keep_;
  std::vector<Variable> additive_;
};

}  // namespace xgrad::nn
