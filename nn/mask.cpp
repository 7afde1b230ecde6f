#include <xgrad/nn/mask.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

// (B, 1, 1, T_k) boolean: item b sees key j when j < key_lengths[b].
Tensor seen_within(const Tensor& key_lengths, std::int64_t batch, std::int64_t keys) {
  if (key_lengths.size(0) != batch) {
    fail("Mask", "padding: key_lengths has shape ", key_lengths.shape(), " for a batch of ", batch);
  }
  if (all(logical_and(ge(key_lengths, 0), le(key_lengths, keys))).item<bool>()) {
    return lt(arange(keys), key_lengths.reshape({batch, 1, 1, 1}));
  }
  fail("Mask", "padding: key_lengths must lie in [0, ", keys, "], got ", key_lengths);
}

void check_broadcast(const char* kind, const Tensor& mask, const Shape& scores) {
  // Broadcasting takes the first of 3 dims for the head; a user most likely means the item.
  if (mask.dim() == 3) {
    fail("Mask", kind, ": shape ", mask.shape(),
         " could be per item or per head; reshape it to (B, 1, T_q, T_k) or (1, H, T_q, T_k)");
  }
  if (!is_broadcastable_to(mask.shape(), scores)) {
    fail("Mask", kind, ": shape ", mask.shape(), " does not broadcast to (B, H, T_q, T_k) = ", scores);
  }
}

void check_given(const char* kind, bool is_defined) {
  if (!is_defined) fail("Mask", kind, ": the Tensor is undefined; Mask() is the mask that hides nothing");
}

// The smaller of two bounds, where −1 is none.
std::int64_t nearer(std::int64_t a, std::int64_t b) { return a < 0 ? b : b < 0 ? a : std::min(a, b); }

SeenPositions both(const SeenPositions& a, const SeenPositions& b) {
  return {.causal = a.causal || b.causal,
          .causal_upper_left = a.causal_upper_left || b.causal_upper_left,
          .left = nearer(a.left, b.left),
          .right = nearer(a.right, b.right)};
}

// The keys that this mask hides from every query: broadcasts to (B, H, T_k, 1); undefined if there are none.
Tensor hidden_from_every_query(const Tensor& mask, const Shape& scores) {
  const Tensor rows =
      mask.dim() == 4 ? mask : mask.expand({1, 1, mask.dim() == 2 ? mask.size(0) : 1, scores[3]});
  // If the last query sees every key, no other row need be read.
  if (all(shown_by(rows.slice(2, rows.size(2) - 1))).item<bool>()) return {};
  const Tensor hidden = logical_not(any(shown_by(rows), 2, /*keepdim=*/true));  // (B, H, 1, T_k)
  return any(hidden).item<bool>() ? hidden.mT() : Tensor();
}

}  // namespace

Mask Mask::causal() {
  Mask mask;
  mask.positions_.causal = true;
  return mask;
}

Mask Mask::causal_upper_left() {
  Mask mask;
  mask.positions_.causal_upper_left = true;
  return mask;
}

Mask Mask::window(std::int64_t left, std::int64_t right) {
  if (left < -1 || right < -1) {
    fail("Mask", "window: left ", left, " and right ", right, " must be 0 or more, or -1 for no bound");
  }
  Mask mask;
  mask.positions_.left = left;
  mask.positions_.right = right;
  return mask;
}

Mask Mask::padding(const Tensor& key_lengths) {
  check_given("padding", key_lengths.defined());
  if (key_lengths.dtype() != int64 || key_lengths.dim() != 1) {
    fail("Mask", "padding: key_lengths must be int64 of shape (B,), not ", key_lengths.dtype(), " of shape ",
         key_lengths.shape(),
         key_lengths.dtype() == boolean ? "; Mask::keep takes which keys are seen, as (B, 1, 1, T_k)" : "");
  }
  Mask mask;
  mask.key_lengths_ = key_lengths;
  return mask;
}

Mask Mask::keep(const Tensor& seen) {
  check_given("keep", seen.defined());
  if (seen.dtype() != boolean) fail("Mask", "keep: must be boolean, not ", seen.dtype(), "; true is seen");
  Mask mask;
  mask.keep_ = seen;
  return mask;
}

Mask Mask::additive(const Tensor& bias) {
  check_given("additive", bias.defined());
  return additive(Variable(bias));
}

Mask Mask::additive(const Variable& bias) {
  check_given("additive", bias.defined());
  if (!is_floating(bias.dtype())) fail("Mask", "additive: must be floating, not ", bias.dtype());
  Mask mask;
  mask.additive_ = {bias};
  return mask;
}

Mask operator&(const Mask& a, const Mask& b) {
  Mask mask = a;
  mask.positions_ = both(a.positions_, b.positions_);
  if (a.key_lengths_.defined() && b.key_lengths_.defined() &&
      a.key_lengths_.shape() != b.key_lengths_.shape()) {
    fail("Mask", "padding & padding: for batches of ", a.key_lengths_.size(0), " and of ",
         b.key_lengths_.size(0));
  }
  if (b.key_lengths_.defined()) {
    // The shorter length hides every key that the longer one hides.
    mask.key_lengths_ =
        a.key_lengths_.defined() ? minimum(a.key_lengths_, b.key_lengths_).value() : b.key_lengths_;
  }
  if (b.keep_.defined()) mask.keep_ = keep_only(b.keep_, a.keep_);
  for (const Variable& bias : b.additive_) mask.additive_.push_back(bias);
  return mask;
}

Tensor Mask::seen_without_additive(const Shape& scores) const {
  if (scores.dim() != 4) fail("Mask", "the scores must be (B, H, T_q, T_k), not ", scores);
  const std::int64_t batch = scores[0], queries = scores[2], keys = scores[3];
  Tensor seen;
  check_positions("Mask", positions_, queries, keys);
  const Band band = band_of(positions_, queries, keys);
  if (hides_any(band, queries, keys)) seen = keep_band(band, queries, keys);
  if (key_lengths_.defined()) seen = keep_only(seen_within(key_lengths_, batch, keys), seen);
  if (keep_.defined()) {
    check_broadcast("keep", keep_, scores);
    seen = keep_only(keep_, seen);
  }
  return seen;
}

Tensor Mask::for_scores(const Shape& scores, DType dtype) const {
  if (requires_grad()) {
    fail("Mask", "for_scores: an additive mask requires a gradient, which a Tensor would lose; ",
         "add bias_for_scores to the scores and take seen_for_scores as the mask");
  }
  const Tensor seen = seen_without_additive(scores);
  const Variable bias = bias_for_scores(scores, dtype);
  if (!bias.defined()) return seen;
  return seen.defined() ? keep_only(seen, bias.value()) : bias.value();
}

FusedAttentionOptions Mask::for_fused_attention(const Shape& scores, DType dtype) const {
  if (scores.dim() == 4) check_positions("Mask", positions_, scores[2], scores[3]);
  Mask rest = *this;
  rest.positions_ = {};
  FusedAttentionOptions options{.causal = positions_.causal,
                                .causal_upper_left = positions_.causal_upper_left,
                                .window_left = positions_.left,
                                .window_right = positions_.right};
  if (requires_grad()) {
    options.bias = bias_for_scores(scores, dtype);
    options.mask = rest.seen_for_scores(scores);
  } else {
    options.mask = rest.for_scores(scores, dtype);
  }
  return options;
}

bool Mask::requires_grad() const {
  return grad_enabled() && std::any_of(additive_.begin(), additive_.end(),
                                       [](const Variable& bias) { return bias.requires_grad(); });
}

Variable Mask::bias_for_scores(const Shape& scores, DType dtype) const {
  Variable sum;
  for (const Variable& bias : additive_) {
    check_broadcast("additive", bias.value(), scores);
    sum = sum.defined() ? sum + bias.to(dtype) : bias.to(dtype);
  }
  return sum;
}

Tensor Mask::seen_for_scores(const Shape& scores) const {
  Tensor seen = seen_without_additive(scores);
  for (const Variable& bias : additive_) seen = keep_only(shown_by(bias.value()), seen);
  return seen;
}

Tensor Mask::hidden_keys(const Shape& scores) const {
  if (scores.numel() == 0) return {};
  Tensor hidden;
  const auto hide = [&](const Tensor& mask) {
    const Tensor by_this = hidden_from_every_query(mask, scores);
    if (by_this.defined()) hidden = hidden.defined() ? logical_or(hidden, by_this) : by_this;
  };
  const Band band = band_of(positions_, scores[2], scores[3]);
  // No query sees a key before the first query's part of the band, or behind the last query's.
  if (band.first > 0 || scores[2] + band.last < scores[3]) {
    const Tensor j = arange(scores[3]);
    hide(logical_and(ge(j, band.first), le(j, scores[2] - 1 + band.last)));
  }
  if (key_lengths_.defined()) hide(seen_within(key_lengths_, scores[0], scores[3]));
  if (keep_.defined()) {
    check_broadcast("keep", keep_, scores);
    hide(keep_);
  }
  for (const Variable& bias : additive_) {
    check_broadcast("additive", bias.value(), scores);
    hide(bias.value());
  }
  return hidden;
}

}  // namespace xgrad::nn
