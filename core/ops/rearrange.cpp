#include <xgrad/core/ops/rearrange.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rearrange.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/views.hpp>

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
