#include <xgrad/core/tensor/factories.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad {
namespace {

DType natural_dtype(Scalar value) {
  return value.is_floating() ? get_default_dtype() : value.is_boolean() ? boolean : int64;
}

StoragePtr allocate(std::uint64_t bytes, const Shape& shape) try {
  return StoragePtr::allocate(bytes);
} catch (const std::bad_alloc&) {
  throw OutOfMemory(
      error_text("empty", "no memory for ", static_cast<double>(bytes) / 1e9, " GB, shape ", shape));
}

Tensor filled(const Shape& shape, Scalar value, DType dtype) {
  Tensor tensor = empty(shape, dtype);
  kernels::fill(tensor, value);
  return tensor;
}

// Element i, in row-major order, is number(i).
template <class Number>
Tensor generated(const Shape& shape, DType dtype, const Number& number) {
  Tensor tensor = empty(shape, dtype);
  kernels::dispatch(dtype, [&]<class T>() {
    T* to = kernels::raw<T>(tensor);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) to[i] = Scalar(number(i)).to<T>();
  });
  return tensor;
}

}  // namespace

Tensor empty(const Shape& shape, DType dtype) {
  check_sizes("empty", shape);
  const std::uint64_t bytes = static_cast<std::uint64_t>(shape.numel()) * item_size(dtype);
  return Tensor(allocate(bytes, shape), shape, dtype);
}

Tensor zeros(const Shape& shape, DType dtype) { return filled(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return filled(shape, 1, dtype); }
Tensor full(const Shape& shape, Scalar value, std::optional<DType> dtype) {
  return filled(shape, value, dtype ? *dtype : natural_dtype(value));
}

Tensor eye(std::int64_t rows, std::optional<std::int64_t> columns, DType dtype) {
  const std::int64_t n = columns.value_or(rows);
  Tensor tensor = zeros({rows, n}, dtype);
  kernels::fill(Tensor(tensor.storage(), {std::min(rows, n)}, {n + 1}, 0, dtype), 1);  // the diagonal
  return tensor;
}

Tensor arange(Scalar end, std::optional<DType> dtype) { return arange(0, end, 1, dtype); }

Tensor arange(Scalar start, Scalar end, Scalar step, std::optional<DType> dtype) {
  const bool floating = start.is_floating() || end.is_floating() || step.is_floating();
  const double first = start.to<double>(), last = end.to<double>(), by = step.to<double>();
  const auto from = start.to<std::int64_t>(), bound = end.to<std::int64_t>();
  if (by == 0) fail("arange", "step must not be 0");
  const bool leads = floating ? (last - first) / by >= 0 : from == bound || (from < bound) == (by > 0);
  if (!leads) fail("arange", "a step of ", by, " does not lead from ", first, " to ", last);
  const double count = std::ceil((last - first) / by);
  if (!(count < 0x1p59)) fail("arange", "more elements than can be counted: ", count);
  if (floating) {
    return generated({static_cast<std::int64_t>(count)}, dtype.value_or(get_default_dtype()),
                     [&](std::int64_t i) { return first + static_cast<double>(i) * by; });
  }
  // In integers, since a double is not exact beyond 2^53. Unsigned, since two may lie up to 2^64 apart.
  const auto u_from = static_cast<std::uint64_t>(from), u_bound = static_cast<std::uint64_t>(bound);
  const auto stride = static_cast<std::uint64_t>(step.to<std::int64_t>());
  const std::uint64_t distance = by > 0 ? u_bound - u_from : u_from - u_bound;
  const std::uint64_t length = by > 0 ? stride : 0 - stride;
  const std::uint64_t numel = distance / length + (distance % length != 0);
  return generated({static_cast<std::int64_t>(numel)}, dtype.value_or(int64), [&](std::int64_t i) {
    return static_cast<std::int64_t>(u_from + static_cast<std::uint64_t>(i) * stride);
  });
}

void number_list::check_row(std::size_t row, const Shape& shape, const Shape& first) {
  if (shape == first) return;
  fail("tensor", "rows of different shapes: row 0 is ", first, ", row ", row, " is ", shape);
}

std::int64_t number_list::checked_int64(std::uint64_t number) {
  if (!std::in_range<std::int64_t>(number)) fail("tensor", "int64 does not hold ", number);
  return static_cast<std::int64_t>(number);
}

NestedNumbers::NestedNumbers(std::initializer_list<NestedNumbers> rows) {
  const NestedNumbers* first = rows.size() ? rows.begin() : nullptr;
  shape_ = first ? first->shape_ : Shape{};
  shape_.insert(0, static_cast<std::int64_t>(rows.size()));
  std::size_t i = 0;
  for (const NestedNumbers& row : rows) {
    number_list::check_row(i++, row.shape_, first->shape_);
    numbers_.insert(numbers_.end(), row.numbers_.begin(), row.numbers_.end());
  }
}

Tensor tensor(Scalar value, std::optional<DType> dtype) { return full({}, value, dtype); }

Tensor tensor(std::initializer_list<NestedNumbers> rows, std::optional<DType> dtype) {
  const NestedNumbers nested(rows);
  const std::vector<Scalar>& numbers = nested.numbers();
  DType natural = numbers.empty() ? get_default_dtype() : boolean;
  for (const Scalar& number : numbers) natural = std::min(natural, natural_dtype(number));
  return generated(nested.shape(), dtype.value_or(natural),
                   [&](std::int64_t i) { return numbers[static_cast<std::size_t>(i)]; });
}

Tensor empty_like(const Tensor& other, std::optional<DType> dtype) {
  check_defined("empty_like", other);
  return empty(other.shape(), dtype.value_or(other.dtype()));
}
Tensor zeros_like(const Tensor& other, std::optional<DType> dtype) {
  check_defined("zeros_like", other);
  return zeros(other.shape(), dtype.value_or(other.dtype()));
}
Tensor ones_like(const Tensor& other, std::optional<DType> dtype) {
  check_defined("ones_like", other);
  return ones(other.shape(), dtype.value_or(other.dtype()));
}
Tensor full_like(const Tensor& other, Scalar value, std::optional<DType> dtype) {
  check_defined("full_like", other);
  return full(other.shape(), value, dtype.value_or(other.dtype()));
}

}  // namespace xgrad
