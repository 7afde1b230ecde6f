#include <xgrad/nn/mask.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/score_mask.hpp>

namespace xgrad::nn {
namespace {

void check_causal(std::int64_t queries, std::int64_t keys) {
  if (queries > keys) {
    fail("Mask", "causal: more queries than keys, T_q ", queries, " and T_k ", keys,
         "; the first queries would see nothing");
  }
}

// (B, 1, 1, T_k): key j of item b is seen when j < key_lengths[b]
Tensor padding_keep(const Tensor& key_lengths, std::int64_t batch, std::int64_t keys) {
  if (key_lengths.size(0) != batch) {
    fail("Mask", "padding: key_lengths has shape ", key_lengths.shape(), " for a batch of ", batch);
  }
  if (all(logical_and(ge(key_lengths, 0), le(key_lengths, keys))).item<bool>()) {
    return lt(arange(keys), key_lengths.reshape({batch, 1, 1, 1}));
  }
  fail("Mask", "padding: key_lengths must lie in [0, ", keys, "], got ", key_lengths);
}

Tensor both(const Tensor& a, const Tensor& b) { return a.defined() ? logical_and(a, b) : b; }

void check_broadcast(const char* kind, const Tensor& mask, const Shape& scores) {
  // Aligned at the back it would be one per head, and is likely to be meant as one per item.
  if (mask.dim() == 3) {
    fail("Mask", kind, ": shape ", mask.shape(),
         " could be per item or per head; reshape it to (B, 1, T_q, T_k) or (1, H, T_q, T_k)");
  }
  if (!is_broadcastable_to(mask.shape(), scores)) {
    fail("Mask", kind, ": shape ", mask.shape(), " does not broadcast to (B, H, T_q, T_k) = ", scores);
  }
}

void check_defined(const char* kind, const Tensor& given) {
  if (!given.defined())
    fail("Mask", kind, ": the Tensor is undefined; Mask() is the mask that hides nothing");
}

}  // namespace

Mask Mask::causal() {
  Mask mask;
  mask.causal_ = true;
  return mask;
}

Mask Mask::padding(const Tensor& key_lengths) {
  check_defined("padding", key_lengths);
  if (key_lengths.dtype() != int64 || key_lengths.dim() != 1) {
    fail("Mask", "padding: key_lengths must be int64 of shape (B,), not ", key_lengths.dtype(), " of shape ",
         key_lengths.shape());
  }
  Mask mask;
  mask.key_lengths_ = key_lengths;
  return mask;
}

Mask Mask::keep(const Tensor& seen) {
  check_defined("keep", seen);
  if (seen.dtype() != boolean) fail("Mask", "keep: must be boolean, not ", seen.dtype(), "; true is seen");
  Mask mask;
  mask.keep_ = seen;
  return mask;
}

Mask Mask::additive(const Tensor& bias) {
  check_defined("additive", bias);
  if (!is_floating(bias.dtype())) fail("Mask", "additive: must be floating, not ", bias.dtype());
  Mask mask;
  mask.additive_ = bias;
  return mask;
}

Mask operator&(const Mask& a, const Mask& b) {
  Mask mask = a;
  mask.causal_ = a.causal_ || b.causal_;
  if (a.key_lengths_.defined() && b.key_lengths_.defined() &&
      a.key_lengths_.shape() != b.key_lengths_.shape()) {
    fail("Mask", "padding & padding: for batches of ", a.key_lengths_.size(0), " and of ",
         b.key_lengths_.size(0));
  }
  if (b.key_lengths_.defined()) {
    // the shorter length hides all that the longer one does
    mask.key_lengths_ =
        a.key_lengths_.defined()
            ? where(lt(a.key_lengths_, b.key_lengths_), a.key_lengths_, b.key_lengths_).value()
            : b.key_lengths_;
  }
  if (b.keep_.defined()) mask.keep_ = both(a.keep_, b.keep_);
  if (b.additive_.defined())
    mask.additive_ = a.additive_.defined() ? add(a.additive_, b.additive_).value() : b.additive_;
  return mask;
}

Tensor Mask::for_scores(const Shape& scores, DType dtype) const {
  if (scores.dim() != 4) fail("Mask", "the scores must be (B, H, T_q, T_k), not ", scores);
  const std::int64_t batch = scores[0], queries = scores[2], keys = scores[3];
  Tensor seen;
  if (causal_) {
    check_causal(queries, keys);
    seen = causal_keep(queries, keys);
  }
  if (key_lengths_.defined()) seen = both(seen, padding_keep(key_lengths_, batch, keys));
  if (keep_.defined()) {
    check_broadcast("keep", keep_, scores);
    seen = both(seen, keep_);
  }
  if (!additive_.defined()) return seen;
  check_broadcast("additive", additive_, scores);
  const Tensor bias = additive_.to(dtype);
  return seen.defined() ? keep_only(seen, bias) : bias;
}

Mask::Parts Mask::parts_for_scores(const Shape& scores, DType dtype) const {
  Mask rest = *this;
  rest.causal_ = false;
  Parts parts{causal_, rest.for_scores(scores, dtype)};
  if (causal_) check_causal(scores[2], scores[3]);
  return parts;
}

}  // namespace xgrad::nn
