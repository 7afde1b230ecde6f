#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::nn {

/// Which keys a query may attend to. Named, since a bare boolean Tensor is read in opposite ways by PyTorch's
/// own two attention APIs. Masks are combined with `&`: a key is seen if every one of them lets it be seen.
///
/// A key that one mask hides from every query, as padding does, is not read: its k and v may hold anything,
/// NaN too. A key that is hidden from some queries only is read: its weight is 0 there, but 0 · NaN and 0 · ∞
/// are NaN, in the output where its v holds one, and in the gradient of q where its k does.
class Mask {
 public:
  Mask() = default;  ///< everything is seen

  /// Query i sees key j when j ≤ i + T_k − T_q: the last query sees every key, so it also fits a cache of
  /// earlier keys. T_q ≤ T_k. PyTorch's `causal_lower_right`.
  static Mask causal();
  /// Query i sees key j when j ≤ i: the first query sees the first key. PyTorch's `is_causal=True` and
  /// `causal_upper_left`. The same where T_q = T_k.
  static Mask causal_upper_left();
  /// Of batch item b only the first key_lengths[b] keys are seen. key_lengths (B) int64.
  static Mask padding(const Tensor& key_lengths);
  /// True is seen. Boolean, broadcast to (B, H, T_q, T_k); of 3 dims it is refused, as nobody can tell B from
  /// H.
  static Mask keep(const Tensor& seen);
  /// Added to the scores: −∞ is not seen. Floating, broadcast likewise. One that requires a gradient, such as
  /// a learned bias of positions, gets it: its value is read anew in each forward pass.
  static Mask additive(const Tensor& bias);
  static Mask additive(const Variable& bias);

  friend Mask operator&(const Mask& a, const Mask& b);

  /// The mask for scores of shape (B, H, T_q, T_k) = `scores`, as `softmax` takes it: boolean (true keeps) or
  /// additive of that dtype, with sizes of 1 where it does not vary; undefined if everything is seen. Throws
  /// where `requires_grad()`, as the gradient would be lost.
  Tensor for_scores(const Shape& scores, DType dtype) const;

  /// The same in two parts, so that nothing of T_q × T_k is made for a causal mask.
  struct Parts {
    bool causal, causal_upper_left;
    Tensor rest;  ///< as `for_scores` gives it for all but the causal ones
  };
  Parts parts_for_scores(const Shape& scores, DType dtype) const;

  /// Whether an additive mask requires a gradient while gradients are recorded. The scores then take the mask
  /// in the two parts below, the first by an op.
  bool requires_grad() const;
  /// What the additive masks add; undefined if there is none.
  Variable bias_for_scores(const Shape& scores, DType dtype) const;
  /// Boolean: which keys are seen, −∞ of an additive mask included; undefined if all are.
  Tensor seen_for_scores(const Shape& scores) const;

  /// The keys that one of the combined masks alone hides from every query: boolean, broadcasts to (B, H, T_k,
  /// 1); undefined if there is none.
  Tensor hidden_keys(const Shape& scores) const;

 private:
  Tensor seen_without_additive(const Shape& scores) const;

  bool causal_ = false;
  bool causal_upper_left_ = false;
  Tensor key_lengths_;
  Tensor keep_;
  std::vector<Variable> additive_;
};

}  // namespace xgrad::nn
