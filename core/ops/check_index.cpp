#include <xgrad/core/ops/check_index.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

void check_int64(std::string_view op, const Variable& index) {
  if (index.dtype() == int64) return;
  fail(op, "indices are int64, not ", index.dtype(), " of shape ", index.shape(), "; convert with to(int64)");
}

bool is_outside(std::int64_t i, std::int64_t size) {
  return static_cast<std::uint64_t>(i) >= static_cast<std::uint64_t>(size);  // so is a negative one
}

// The number of the first entry outside [0, size), or of entries if there is none.
std::int64_t first_outside(const Tensor& flat, std::int64_t size) {
  const auto* entries = flat.data<std::int64_t>();
  return std::find_if(entries, entries + flat.numel(),
                      [size](std::int64_t i) { return is_outside(i, size); }) -
         entries;
}

[[noreturn]] void fail_outside(std::string_view op, const Tensor& flat, std::int64_t number,
                               const Variable& index, const Shape& shape, int dim) {
  fail_range(op, "index ", flat.data<std::int64_t>()[number], " at position ",
             unravel_index(number, index.shape()), " is out of range for dim ", dim, " of shape ", shape);
}

}  // namespace

Variable count_from_front(std::string_view op, const Variable& index, const Shape& shape, int dim) {
  check_int64(op, index);
  const Tensor flat = index.value().contiguous();
  const std::int64_t size = shape[dim], first = first_outside(flat, size);
  if (first == flat.numel()) return index;
  Tensor counted = flat.clone();
  auto* entries = counted.mutable_data<std::int64_t>();
  for (std::int64_t i = first; i < flat.numel(); ++i) {
    if (entries[i] < 0) entries[i] += size;
    if (is_outside(entries[i], size)) fail_outside(op, flat, i, index, shape, dim);
  }
  return counted;
}

Variable count_from_front_of(std::string_view op, const Variable& index, const Variable& x, int dim) {
  bool fits = index.dim() == x.dim();
  for (int i = 0; fits && i < x.dim(); ++i) fits = i == dim || index.size(i) <= x.size(i);
  if (!fits) {
    fail(op, "the index of shape ", index.shape(), " does not fit x of shape ", x.shape(), " along dim ", dim,
         "; it needs as many dims, and in the others sizes no larger than x's");
  }
  return count_from_front(op, index, x.shape(), dim);
}

void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim) {
  check_int64(op, index);
  const Tensor flat = index.value().contiguous();
  const std::int64_t first = first_outside(flat, shape[dim]);
  if (first < flat.numel()) fail_outside(op, flat, first, index, shape, dim);
}

void check_source(std::string_view op, const Variable& x, const Variable& source) {
  if (is_floating(x.dtype()) && source.dtype() == x.dtype()) return;
  fail(op, "x and source need one floating dtype, got ", x.dtype(), " and ", source.dtype(),
       "; convert with to()");
}

}  // namespace xgrad
