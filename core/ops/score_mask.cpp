#include <xgrad/core/ops/score_mask.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

void check_softcap(std::string_view op, double softcap, DType dtype) {
  const bool is_float = dtype == float32;
  const double least = is_float ? std::numeric_limits<float>::min() : std::numeric_limits<double>::min();
  const double greatest = is_float ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  if (softcap == 0 || (softcap >= least && softcap <= greatest)) return;
  fail(op, "softcap must be 0 (none) or a positive ", dtype, ", neither infinite nor subnormal, got ",
       softcap);
}

Tensor checked_mask(std::string_view op, const Tensor& mask, const Shape& scores, DType dtype) {
  if (!mask.defined()) return mask;
  if (mask.dtype() == int64) {
    fail(op, "a mask is boolean (true keeps) or floating (added), not int64 of shape ", mask.shape(),
         "; convert with to(boolean)");
  }
  if (!is_broadcastable_to(mask.shape(), scores))
    fail(op, "the mask of shape ", mask.shape(), " does not broadcast to the scores of shape ", scores);
  return mask.dtype() == boolean ? mask : mask.to(dtype);
}

void check_positions(std::string_view op, const SeenPositions& seen, std::int64_t queries,
                     std::int64_t keys) {
  const bool aligns_last = seen.causal || seen.left >= 0 || seen.right >= 0;
  if (aligns_last && queries > keys) {
    fail(op, seen.causal ? "causal" : "window", ": more queries than keys, T_q ", queries, " and T_k ", keys,
         "; the first queries would see nothing; causal_upper_left starts with the first key");
  }
}

Band band_of(const SeenPositions& seen, std::int64_t queries, std::int64_t keys) {
  const std::int64_t past = keys - queries;  // query i stands at i + past
  Band band{-queries, keys};
  const auto end_at = [&](std::int64_t last) { band.last = std::min(band.last, last); };
  if (seen.causal) end_at(past);
  if (seen.causal_upper_left) end_at(0);
  if (seen.right >= 0) end_at(past + std::min(seen.right, queries));
  if (seen.left >= 0) band.first = std::max(band.first, past - std::min(seen.left, keys));
  return band;
}

bool hides_any(const Band& band, std::int64_t queries, std::int64_t keys) {
  // The first query sees the fewest keys to its right, the last one the fewest to its left.
  return band.last < keys - 1 || queries - 1 + band.first > 0;
}

Tensor keep_band(const Band& band, std::int64_t queries, std::int64_t keys) {
  const auto from = [queries](std::int64_t diagonal) {  // i + diagonal, for every query i
    return arange(diagonal, diagonal + queries).reshape({1, 1, queries, 1});
  };
  const Tensor j = arange(keys), before_end = le(j, from(band.last));
  return queries - 1 + band.first <= 0 ? before_end : logical_and(before_end, ge(j, from(band.first)));
}

Tensor shown_by(const Tensor& mask) {
  return mask.dtype() == boolean ? mask : ne(mask, -std::numeric_limits<double>::infinity());
}

Tensor keep_only(const Tensor& keep, const Tensor& mask) {
  if (!mask.defined()) return keep;
  if (mask.dtype() == boolean) return logical_and(mask, keep);
  return where(keep, mask, full({}, -std::numeric_limits<double>::infinity(), mask.dtype())).value();
}

}  // namespace xgrad
