#include <xgrad/core/ops/reduce.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {

using kernels::Dims;

namespace {

// A reduced result as it stands against x: with the reduced dims back as dims of size 1.
Variable beside(const Variable& reduced, const Shape& shape, Dims dims) {
  return reshape(reduced, kernels::reduced_shape(shape, dims, /*keepdim=*/true));
}

Variable sum(const Variable& x, Dims dims, bool keepdim) {
  return record("sum", kernels::sum(x.value(), dims, keepdim), {x}, {}, [dims](const Replay& r) -> Gradients {
    // ∂(Σ_i x_i)/∂x_j = 1: every element gets the same gradient
    return {expand(beside(r.grad(), r.input_shape(0), dims), r.input_shape(0))};
  });
}

Variable mean(const Variable& x, Dims dims, bool keepdim) {
  return record("mean", kernels::mean(x.value(), dims, keepdim), {x}, {},
                [dims](const Replay& r) -> Gradients {
                  // ∂(Σ_i x_i / n)/∂x_j = 1/n
                  const Shape& shape = r.input_shape(0);
                  return {expand(beside(r.grad() / kernels::reduced_count(shape, dims), shape, dims), shape)};
                });
}

}  // namespace

Variable sum(const Variable& x) {
  check_defined("sum", {x});
  return sum(x, kernels::all_dims(x.dim()), false);
}
Variable sum(const Variable& x, const Shape& dims, bool keepdim) {
  check_defined("sum", {x});
  return sum(x, kernels::which_dims("sum", dims, x.dim()), keepdim);
}

Variable mean(const Variable& x) {
  check_defined("mean", {x});
  return mean(x, kernels::all_dims(x.dim()), false);
}
Variable mean(const Variable& x, const Shape& dims, bool keepdim) {
  check_defined("mean", {x});
  return mean(x, kernels::which_dims("mean", dims, x.dim()), keepdim);
}

Variable var(const Variable& x, const Shape& list, std::int64_t correction, bool keepdim) {
  check_defined("var", {x});
  const Dims dims = kernels::which_dims("var", list, x.dim());
  return record("var", kernels::var(x.value(), dims, correction, keepdim), {x}, {x},
                [dims, correction](const Replay& r) -> Gradients {
                  // σ² = Σ_i (x_i − μ)² / (n − c)   ⇒   ∂σ²/∂x_j = 2 (x_j − μ) / (n − c); the part through μ
                  // is Σ_i (x_i − μ) = 0
                  const Variable x = r.saved(0);
                  const std::int64_t freedom = kernels::reduced_count(x.shape(), dims) - correction;
                  const Variable g = beside(r.grad(), x.shape(), dims) * 2 / (freedom > 0 ? freedom : 0);
                  return {g * (x - mean(x, dims, /*keepdim=*/true))};
                });
}

Variable amax(const Variable& x, const Shape& list, bool keepdim) {
  check_defined("amax", {x});
  const Dims dims = kernels::which_dims("amax", list, x.dim());
  return record("amax", kernels::amax(x.value(), dims, keepdim), {x}, {x, keeps_output},
                [dims](const Replay& r) -> Gradients {
                  // ∂y/∂x_j = [x_j = y] / #{i : x_i = y}
                  const Variable x = r.saved(0);
                  const Tensor is_max = eq(x, beside(r.output(), x.shape(), dims)).to(x.dtype());
                  const Tensor share = kernels::sum(is_max, dims, /*keepdim=*/true);
                  return {beside(r.grad(), x.shape(), dims) / share * is_max};
                });
}

Variable sum_to(const Variable& x, const Shape& shape) {
  check_defined("sum_to", {x});
  if (x.shape() == shape) return x;
  if (!is_broadcastable_to(shape, x.shape())) {
    fail("sum_to", "a Tensor of shape ", x.shape(), " is no broadcast of shape ", shape);
  }
  Dims dims;
  const int lead = x.dim() - shape.dim();
  for (int i = 0; i < x.dim(); ++i)
    dims[static_cast<std::size_t>(i)] = i < lead || shape[i - lead] != x.size(i);
  return record("sum_to", kernels::sum(x.value(), dims, /*keepdim=*/true).reshape(shape), {x}, {},
                [](const Replay& r) -> Gradients {
                  return {expand(r.grad(), r.input_shape(0))};  // each element was summed once
                });
}

}  // namespace xgrad
