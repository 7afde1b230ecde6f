#include <xgrad/core/ops/reduce.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

using kernels::DimSet;

namespace {

// A reduced result with the reduced dims back as dims of size 1, so that it broadcasts to `shape`.
Variable beside(const Variable& reduced, const Shape& shape, DimSet dims) {
  return reshape(reduced, kernels::reduced_shape(shape, dims, /*keepdim=*/true));
}

Variable sum(const Variable& x, DimSet dims, bool keepdim) {
  return record("sum", kernels::sum(x.value(), dims, keepdim), {x}, {}, [dims](const Replay& r) -> Gradients {
    // ∂(Σ_i x_i)/∂x_j = 1: every element gets the same gradient
    return {expand(beside(r.grad(), r.input_shape(0), dims), r.input_shape(0))};
  });
}

Variable mean(const Variable& x, DimSet dims, bool keepdim) {
  return record("mean", kernels::mean(x.value(), dims, keepdim), {x}, {},
                [dims](const Replay& r) -> Gradients {
                  // ∂(Σ_i x_i / n)/∂x_j = 1/n
                  const Shape& shape = r.input_shape(0);
                  return {expand(beside(r.grad() / kernels::reduced_count(shape, dims), shape, dims), shape)};
                });
}

}  // namespace

Variable sum(const Variable& x, const Dims& dims, KeepDim keepdim) {
  check_defined("sum", {x});
  return sum(x, kernels::reduced_dims("sum", dims, x.shape()), keepdim);
}

Variable mean(const Variable& x, const Dims& dims, KeepDim keepdim) {
  check_defined("mean", {x});
  return mean(x, kernels::reduced_dims("mean", dims, x.shape()), keepdim);
}

namespace {

// x − μ, centered twice: the mean of numbers far from 0 is off by its own rounding, which the second mean
// removes.
Variable centered(const Variable& x, DimSet dims) {
  const Variable roughly = x - mean(x, dims, /*keepdim=*/true);
  return roughly - mean(roughly, dims, /*keepdim=*/true);
}

// σ² = Σ_i (x_i − μ)² / (n − c)   ⇒   ∂σ²/∂x_j = 2 (x_j − μ) / (n − c); the part through μ vanishes, as
// Σ_i (x_i − μ) = 0.
Variable var_backward(const Variable& g, const Variable& x, DimSet dims, std::int64_t correction) {
  return beside(g, x.shape(), dims) * 2 / kernels::freedom(x.shape(), dims, correction) * centered(x, dims);
}

}  // namespace

Variable var(const Variable& x, const Dims& list, std::int64_t correction, KeepDim keepdim) {
  check_defined("var", {x});
  const DimSet dims = kernels::reduced_dims("var", list, x.shape());
  return record("var", kernels::var(x.value(), dims, correction, keepdim), {x}, {x},
                [dims, correction](const Replay& r) -> Gradients {
                  return {r.connected(0, var_backward(r.grad(), r.saved(0), dims, correction))};
                });
}

Variable std(const Variable& x, const Dims& list, std::int64_t correction, KeepDim keepdim) {
  check_defined("std", {x});
  const DimSet dims = kernels::reduced_dims("std", list, x.shape());
  const Tensor y = kernels::std(x.value(), dims, correction, keepdim);
  return record("std", y, {x}, {x, keeps_output}, [dims, correction](const Replay& r) -> Gradients {
    // dσ = dσ² / (2σ)   ⇒   ∂σ/∂x_j = (x_j − μ)/σ / (n − c), 0 where σ is 0. The quotient stays in range
    // where σ² does not.
    const Variable x = r.saved(0), y = r.output();
    const Tensor none = eq(y, 0);
    const Variable g = masked_fill(r.grad(), none, 0) / kernels::freedom(x.shape(), dims, correction);
    return {centered(x, dims) / beside(masked_fill(y, none, 1), x.shape(), dims) *
            beside(g, x.shape(), dims)};
  });
}

Variable sum_to(const Variable& x, const Shape& shape) {
  check_defined("sum_to", {x});
  if (x.shape() == shape) return x;
  if (!is_broadcastable_to(shape, x.shape())) {
    fail("sum_to", "a Tensor of shape ", x.shape(), " is no broadcast of shape ", shape);
  }
  return record("sum_to", kernels::sum_to(x.value(), shape), {x}, {}, [](const Replay& r) -> Gradients {
    return {expand(r.grad(), r.input_shape(0))};  // each element was summed once
  });
}

}  // namespace xgrad
