#include <xgrad/core/ops/rearrange.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rearrange.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

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

Variable repeat_interleave(const Variable& x, std::int64_t repeats, std::optional<Dim> along) {
  check_defined("repeat_interleave", {x});
  if (!along) return repeat_interleave(reshape(x, {-1}), repeats, 0);
  const int dim = normalize_dim("repeat_interleave", *along, x.dim());
  if (repeats < 0) {
    fail("repeat_interleave", "repeats must not be negative, got ", repeats, " for shape ", x.shape());
  }
  const AroundDim around = around_dim(x.shape(), dim);  // (outer, size, inner)
  const Shape repeated{around.outer * around.size, repeats, around.inner};
  check_sizes("repeat_interleave", repeated);
  Shape shape = x.shape();
  shape[dim] *= repeats;
  check_sizes("repeat_interleave", shape);
  return reshape(expand(reshape(x, {repeated[0], 1, repeated[2]}), repeated), shape);
}

namespace {

// The numbers 0, 1, ..., n − 1, number i repeats[i] times.
Tensor repeated_numbers(const Tensor& repeats, std::int64_t n) {
  if (repeats.dtype() != int64 || repeats.dim() > 1 || (repeats.numel() != 1 && repeats.numel() != n)) {
    fail("repeat_interleave", "repeats are int64, one for each of ", n, " elements or one for all, not ",
         repeats.dtype(), " of shape ", repeats.shape());
  }
  const Tensor each = repeats.reshape({-1}).expand({n}).contiguous();
  const auto* times = each.data<std::int64_t>();
  std::int64_t total = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    if (times[i] < 0)
      fail("repeat_interleave", "repeats must not be negative, got ", times[i], " for element ", i);
    if (__builtin_add_overflow(total, times[i], &total)) {
      fail("repeat_interleave", "the repeats add up to more than can be counted");
    }
  }
  check_sizes("repeat_interleave", {total});
  const Tensor numbers = empty({total}, int64);
  auto* next = numbers.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < n; ++i) next = std::fill_n(next, times[i], i);
  return numbers;
}

}  // namespace

Variable repeat_interleave(const Variable& x, const Variable& repeats, std::optional<Dim> along) {
  check_defined("repeat_interleave", {x, repeats});
  if (!along) return repeat_interleave(reshape(x, {-1}), repeats, 0);
  const int dim = normalize_dim("repeat_interleave", *along, x.dim());
  return index_select(x, dim, repeated_numbers(repeats.value(), x.size(dim)));
}

Variable roll(const Variable& x, const Shape& shifts, const Shape& dims) {
  check_defined("roll", {x});
  if (dims.empty() && shifts.dim() == 1) return reshape(roll(reshape(x, {-1}), shifts, {0}), x.shape());
  if (dims.empty() || shifts.dim() != dims.dim()) {
    fail("roll", "needs one shift for each dim, got shifts ", shifts, " and dims ", dims, " for shape ",
         x.shape());
  }
  Tensor y = x.value();
  Shape back;
  for (int i = 0; i < dims.dim(); ++i) {
    const int dim = normalize_dim("roll", dims[i], x.dim());
    const std::int64_t n = std::max<std::int64_t>(x.size(dim), 1), shift = (shifts[i] % n + n) % n;
    y = kernels::roll(y, dim, shift);
    back.push_back(-shift);
  }
  return record("roll", y, {x}, {},
                [back, dims](const Replay& r) -> Gradients { return {roll(r.grad(), back, dims)}; });
}

Variable flip(const Variable& x, const Shape& dims) {
  check_defined("flip", {x});
  const auto set = kernels::which_dims("flip", dims, x.dim());
  return record("flip", kernels::flip(x.value(), set), {x}, {},
                [dims](const Replay& r) -> Gradients { return {flip(r.grad(), dims)}; });
}

namespace {

// The triangle at and below the diagonal, or at and above it.
Variable triangle(const Variable& x, std::int64_t diagonal, bool lower) {
  const char* const op = lower ? "tril" : "triu";
  check_defined(op, {x});
  if (x.dim() < 2) fail(op, "needs at least 2 dims, x has shape ", x.shape());
  return record(op, kernels::triangle(x.value(), diagonal, lower), {x}, {},
                [=](const Replay& r) -> Gradients { return {triangle(r.grad(), diagonal, lower)}; });
}

}  // namespace

Variable tril(const Variable& x, std::int64_t diagonal) { return triangle(x, diagonal, /*lower=*/true); }
Variable triu(const Variable& x, std::int64_t diagonal) { return triangle(x, diagonal, /*lower=*/false); }

}  // namespace xgrad
