#pragma once

#include <xgrad/core/tensor.hpp>

namespace xgrad::nn {

/// Which keys a query may attend to. Named, since a bare boolean Tensor is read in opposite ways by PyTorch's
/// own two attention APIs. Masks are combined with `&`: a key is seen if every one of them lets it be seen.
class Mask {
 public:
  Mask() = default;  ///< everything is seen

  /// Query i sees key j when j ≤ i + T_k − T_q: the last query sees every key, so it also fits a cache of
  /// earlier keys.
  static Mask causal();
  /// Of batch item b only the first key_lengths[b] keys are seen. key_lengths (B) int64.
  static Mask padding(const Tensor& key_lengths);
  /// True is seen. Boolean, broadcast to (B, H, T_q, T_k); of 3 dims it is refused, as nobody can tell B from
  /// H.
  static Mask keep(const Tensor& seen);
  /// Added to the scores: −∞ is not seen. Floating, broadcast likewise.
  static Mask additive(const Tensor& bias);

  friend Mask operator&(const Mask& a, const Mask& b);

  /// The mask for scores of shape (B, H, T_q, T_k) = `scores`, as `softmax` takes it: boolean (true keeps) or
  /// additive of that dtype, with sizes of 1 where it does not vary; undefined if everything is seen.
  Tensor for_scores(const Shape& scores, DType dtype) const;

  /// The same in two parts, so that nothing of T_q × T_k is made for a causal mask.
  struct Parts {
    bool causal;
    Tensor rest;  ///< as `for_scores` gives it for all but causal
  };
  Parts parts_for_scores(const Shape& scores, DType dtype) const;

 private:
  bool causal_ = false;
  Tensor key_lengths_;
  Tensor keep_;
  Tensor additive_;
};

}  // namespace xgrad::nn
