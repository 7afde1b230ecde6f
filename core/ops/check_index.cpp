#include <xgrad/core/ops/check_index.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>

namespace xgrad {

void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim) {
  if (index.dtype() != int64) {
    fail(op, "indices are int64, not ", index.dtype(), " of shape ", index.shape(),
         "; convert with to(int64)");
  }
  const Tensor flat = index.value().contiguous();
  const auto* indices = flat.data<std::int64_t>();
  const auto size = static_cast<std::uint64_t>(shape[dim]);  // a negative index is larger as an unsigned one
  const auto is_wrong = [size](std::int64_t i) { return static_cast<std::uint64_t>(i) >= size; };
  const std::int64_t* end = indices + flat.numel();
  const std::int64_t* wrong = std::find_if(indices, end, is_wrong);
  if (wrong == end) return;
  fail_range(op, "index ", *wrong, " at position ", unravel_index(wrong - indices, index.shape()),
             " is out of range for dim ", dim, " of shape ", shape);
}

void check_source(std::string_view op, const Variable& x, const Variable& source) {
  if (is_floating(x.dtype()) && source.dtype() == x.dtype()) return;
  fail(op, "x and source need one floating dtype, got ", x.dtype(), " and ", source.dtype(),
       "; convert with to()");
}

}  // namespace xgrad
