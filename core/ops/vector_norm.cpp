#include <xgrad/core/ops/vector_norm.hpp>

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

using kernels::DimSet;

namespace {

Variable norm(const Variable& x, double p, DimSet dims, bool keepdim) {
  check_floating("norm", x.value());
  if (std::isnan(p)) fail("norm", "p is NaN");
  if (p == 0) {
    return record("norm", kernels::sum(ne(x, 0).to(x.dtype()), dims, keepdim), {x}, {},
                  [](const Replay& r) -> Gradients {
                    const Tensor none = zeros(r.input_shape(0), r.grad().dtype());
                    return {r.connected(0, none)};  // a count is constant in pieces
                  });
  }
  return record("norm", kernels::norm(x.value(), p, dims, keepdim), {x}, {x, keeps_output},
                [p, dims](const Replay& r) -> Gradients {
                  // y = (Σ_i |x_i|^p)^(1/p)   ⇒   ∂y/∂x_j = sign(x_j) (|x_j| / y)^(p−1), which for p = 2 is
                  // x_j / y
                  const Variable x = r.saved(0);
                  const Shape beside = kernels::reduced_shape(x.shape(), dims, /*keepdim=*/true);
                  const Variable y = reshape(r.output(), beside), g = reshape(r.grad(), beside);
                  if (std::isinf(p)) {  // the elements that are as large as y share g evenly
                    const Tensor chosen = logical_or(eq(abs(x), y), isnan(x)).to(x.dtype());
                    const Variable share = g / kernels::sum(chosen, dims, /*keepdim=*/true);
                    return {r.connected(0, share * chosen * sign(x))};
                  }
                  if (p == 1) return {r.connected(0, g * sign(x))};
                  // The quotient comes first: powers of x and y alone leave the dtype's range. Where y is 0,
                  // x is divided by 1, since 1/0 is not finite. Where x is 0, the quotient counts as 1, and
                  // the sign makes the gradient 0.
                  const Tensor none = eq(y, 0);
                  const Variable wanted = masked_fill(g, none, 0), divisor = masked_fill(y, none, 1);
                  if (p == 2) return {wanted * (x / divisor)};
                  const bool is_even = p > 0 && std::fmod(p, 2) == 0;  // then |x|^p is x^p
                  if (is_even) return {wanted * pow(x / divisor, p - 1)};
                  const Variable share = masked_fill(abs(x) / divisor, logical_or(eq(x, 0), none), 1);
                  return {wanted * (pow(share, p - 1) * sign(x))};
                });
}

}  // namespace

Variable norm(const Variable& x, double p, const Dims& dims, KeepDim keepdim) {
  check_defined("norm", {x});
  return norm(x, p, kernels::reduced_dims("norm", dims, x.shape()), keepdim);
}

}  // namespace xgrad
