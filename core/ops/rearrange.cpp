#include <xgrad/core/ops/rearrange.hpp>

#include <algorithm>
#include <string>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rearrange.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Variable flatten(const Variable& x, int start_dim, int end_dim) {
  check_defined("flatten", {x});
  const int dims = std::max(x.dim(), 1);
  const int start = normalize_dim("flatten", start_dim, dims), end = normalize_dim("flatten", end_dim, dims);
  if (start > end) {
    fail("flatten", "start_dim ", start_dim, " lies behind end_dim ", end_dim, " of shape ", x.shape());
  }
  Shape shape;
  for (int i = 0; i < dims; ++i) {
    const std::int64_t size = x.dim() == 0 ? 1 : x.size(i);
    if (i <= start || i > end) {
      shape.push_back(size);
    } else {
      shape[start] *= size;
    }
  }
  return reshape(x, shape);
}

std::vector<Variable> split(const Variable& x, const std::vector<std::int64_t>& sizes, int dim) {
  check_defined("split", {x});
  dim = normalize_dim("split", dim, x.dim());
  std::int64_t total = 0;
  bool fits = true;
  for (const std::int64_t size : sizes) {
    fits = fits && size >= 0 && size <= x.size(dim) - total;
    if (fits) total += size;
  }
  if (!fits || total != x.size(dim)) {
    std::string list;  // of any length, unlike a Shape
    for (const std::int64_t size : sizes) list += (list.empty() ? "" : ", ") + std::to_string(size);
    fail("split", "the sizes (", list, ") must add up to ", x.size(dim), ", the size of dim ", dim,
         " of shape ", x.shape(), ", and none be negative");
  }
  std::vector<Variable> parts;
  parts.reserve(sizes.size());
  std::int64_t begin = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(slice(x, dim, begin, begin + size));
    begin += size;
  }
  return parts;
}

std::vector<Variable> split(const Variable& x, std::int64_t size, int dim) {
  check_defined("split", {x});
  dim = normalize_dim("split", dim, x.dim());
  const std::int64_t n = x.size(dim);
  if (size < 0 || (size == 0 && n > 0)) {
    fail("split", "the size of a part must be positive, not ", size, ", for dim ", dim, " of shape ",
         x.shape());
  }
  std::vector<Variable> parts;
  std::int64_t begin = 0;
  do {  // of no elements there is one empty part
    parts.push_back(slice(x, dim, begin, begin + std::min(size, n - begin)));
    begin += std::min(size, n - begin);
  } while (begin < n);
  return parts;
}

std::vector<Variable> chunk(const Variable& x, std::int64_t chunks, int dim) {
  check_defined("chunk", {x});
  dim = normalize_dim("chunk", dim, x.dim());
  if (chunks < 1) fail("chunk", "the number of chunks must be at least 1, not ", chunks);
  const std::int64_t n = x.size(dim);
  if (n == 0) {
    const auto count = static_cast<std::size_t>(chunks);
    if (count > std::vector<Variable>().max_size()) {
      fail("chunk", chunks, " empty chunks of shape ", x.shape(), " are more than memory can hold");
    }
    return std::vector<Variable>(count, x);
  }
  return split(x, n / chunks + (n % chunks != 0), dim);
}

Variable repeat(const Variable& x, const Shape& times) {
  check_defined("repeat", {x});
  const int lead = times.dim() - x.dim();
  if (lead < 0) {
    fail("repeat", "needs times for all ", x.dim(), " dims of shape ", x.shape(), ", got ", times);
  }
  if (std::any_of(times.begin(), times.end(), [](std::int64_t n) { return n < 0; })) {
    fail("repeat", "times must not be negative, got ", times, " for shape ", x.shape());
  }
  Shape shape;
  for (int i = 0; i < times.dim(); ++i) shape.push_back(i < lead ? 1 : x.size(i - lead));
  Variable y = reshape(x, shape);
  for (int i = times.dim() - 1; i >= 0; --i) {  // (outer, n, inner) → (outer, times, n, inner)
    if (times[i] == 1) continue;
    std::int64_t outer = 1, inner = 1;
    for (int k = 0; k < i; ++k) outer *= shape[k];
    for (int k = i + 1; k < shape.dim(); ++k) inner *= shape[k];
    const Shape repeated{outer, times[i], shape[i], inner};
    check_sizes("repeat", repeated);
    const Variable many = expand(reshape(y, {outer, 1, shape[i], inner}), repeated);
    shape[i] *= times[i];
    check_sizes("repeat", shape);
    y = reshape(many, shape);
  }
  return y;
}

Variable flip(const Variable& x, const Shape& dims) {
  check_defined("flip", {x});
  const auto set = kernels::which_dims("flip", dims, x.dim());
  return record("flip", kernels::flip(x.value(), set), {x}, {},
                [dims](const Replay& r) -> Gradients { return {flip(r.grad(), dims)}; });
}

namespace {

void check_matrix(const char* op, const Variable& x) {
  check_defined(op, {x});
  if (x.dim() < 2) fail(op, "needs at least 2 dims, x has shape ", x.shape());
}

}  // namespace

Variable tril(const Variable& x, std::int64_t diagonal) {
  check_matrix("tril", x);
  return record("tril", kernels::triangle(x.value(), diagonal, /*lower=*/true), {x}, {},
                [diagonal](const Replay& r) -> Gradients { return {tril(r.grad(), diagonal)}; });
}

Variable triu(const Variable& x, std::int64_t diagonal) {
  check_matrix("triu", x);
  return record("triu", kernels::triangle(x.value(), diagonal, /*lower=*/false), {x}, {},
                [diagonal](const Replay& r) -> Gradients { return {triu(r.grad(), diagonal)}; });
}

Variable pad(const Variable& x, const std::vector<std::int64_t>& amounts, Scalar value) {
  check_defined("pad", {x});
  const auto count = static_cast<int>(amounts.size() / 2);
  if (amounts.size() % 2 != 0 || count > x.dim()) {
    fail("pad", "wants two amounts for each of at most ", x.dim(), " dims of shape ", x.shape(), ", got ",
         amounts.size());
  }
  Tensor from = x.value();
  Shape shape = x.shape();
  Shape before = Shape::filled(x.dim(), 0);
  for (int k = 0; k < count; ++k) {
    const int dim = x.dim() - 1 - k;
    const std::int64_t front = amounts[static_cast<std::size_t>(2 * k)];
    const std::int64_t back = amounts[static_cast<std::size_t>(2 * k + 1)], n = x.size(dim);
    const bool is_countable = !__builtin_add_overflow(n, front, &shape[dim]) &&
                              !__builtin_add_overflow(shape[dim], back, &shape[dim]);
    if (!is_countable && front >= -n && back >= -n) {
      fail("pad", "amounts ", front, " and ", back, " make dim ", dim, " of shape ", x.shape(),
           " larger than can be counted");
    }
    if (shape[dim] < 0 || front < -n || back < -n) {
      fail("pad", "amounts ", front, " and ", back, " take more away than dim ", dim, " of shape ", x.shape(),
           " has");
    }
    from = from.slice(dim, std::max<std::int64_t>(-front, 0), n - std::max<std::int64_t>(-back, 0));
    before[dim] = std::max<std::int64_t>(front, 0);
  }
  check_sizes("pad", shape);
  const Tensor y = full(shape, value, x.dtype());
  Tensor to = y;
  for (int i = 0; i < x.dim(); ++i) to = to.slice(i, before[i], before[i] + from.size(i));
  kernels::copy(from, to);
  std::vector<std::int64_t> opposite = amounts;
  for (std::int64_t& amount : opposite) amount = -amount;
  return record("pad", y, {x}, {}, [opposite](const Replay& r) -> Gradients {
    return {pad(r.grad(), opposite)};  // x stands within y: its part of g, and 0 for what was taken away
  });
}

}  // namespace xgrad
