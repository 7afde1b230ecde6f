#include <xgrad/core/ops/score_mask.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

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

std::int64_t causal_diagonal(bool causal, bool upper_left, std::int64_t queries, std::int64_t keys) {
  const std::int64_t diagonal = causal ? keys - queries : keys;
  return upper_left ? std::min<std::int64_t>(diagonal, 0) : diagonal;
}

Tensor causal_keep(std::int64_t queries, std::int64_t keys, std::int64_t diagonal) {
  return le(arange(keys), arange(diagonal, diagonal + queries).reshape({1, 1, queries, 1}));
}

Tensor keep_only(const Tensor& keep, const Tensor& mask) {
  if (!mask.defined()) return keep;
  if (mask.dtype() == boolean) return logical_and(mask, keep);
  return where(keep, mask, full({}, -std::numeric_limits<double>::infinity(), mask.dtype())).value();
}

}  // namespace xgrad
