#include <xgrad/core/ops/activation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/pointwise.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>

namespace xgrad {

Variable sigmoid(const Variable& x) {
  check_defined("sigmoid", {x});
  return record("sigmoid", kernels::sigmoid(x.value()), {x}, {x},
                [](const Replay& r) -> Gradients { return {sigmoid_backward(r.grad(), r.saved(0))}; });
}

Variable sigmoid_backward(const Variable& g, const Variable& x) {
  check_defined("sigmoid_backward", {g, x});
  return record("sigmoid_backward", kernels::sigmoid_backward(g.value(), x.value()), {g, x},
                {keep_for(1, g), x}, [](const Replay& r) -> Gradients {
                  // y = g σ'(x):  ∂y/∂g = σ'(x), ∂y/∂x = g σ''(x) = −g σ'(x) tanh(x/2)
                  const Variable x = r.saved(1);
                  const auto dx = [&] {
                    return neg(sigmoid_backward(r.grad() * r.saved(0), x) * tanh(x * 0.5));
                  };
                  return {r.wants(0) ? sigmoid_backward(r.grad(), x) : nothing, r.wants(1) ? dx() : nothing};
                });
}

Variable silu(const Variable& x) {
  check_defined("silu", {x});
  const auto rule = [](const Replay& r) -> Gradients {
    // d(x σ(x))/dx = σ(x) + x σ'(x). The factor x is kept to where σ' is 0: an infinite one times 0 is NaN.
    const Variable x = r.saved(0);
    return {r.grad() * (sigmoid(x) + sigmoid_backward(clamp(x, -1000, 1000), x))};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::silu_backward(r.grad(), r.saved(0))};
  };
  return record("silu", kernels::silu(x.value()), {x}, {x}, fused(rule, kernel));
}

namespace {

// β as the dtype holds it: neither 0 nor infinite, which would turn an x of 0 into NaN.
double held_beta(double beta, DType dtype) {
  if (dtype != float32) return beta;
  using Limits = std::numeric_limits<float>;
  return std::copysign(std::clamp<double>(std::abs(beta), Limits::denorm_min(), Limits::max()), beta);
}

// An infinite βx is beyond every threshold: there, x itself is all that the dtype can hold.
double held_threshold(double threshold, DType dtype) {
  const double most =
      dtype == float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  return std::clamp(threshold, -most, most);
}

}  // namespace

Variable softplus(const Variable& x, double beta, double threshold) {
  check_defined("softplus", {x});
  if (!std::isfinite(beta) || beta == 0) fail("softplus", "beta must be finite and not 0, got ", beta);
  if (std::isnan(threshold)) fail("softplus", "the threshold is NaN");
  beta = held_beta(beta, x.dtype());
  threshold = held_threshold(threshold, x.dtype());
  const auto rule = [beta, threshold](const Replay& r) -> Gradients {
    // d(log(1 + e^(βx))/β)/dx = e^(βx)/(1 + e^(βx)) = sigmoid(βx)
    const Variable z = r.saved(0) * beta;
    return {r.grad() * masked_fill(sigmoid(z), gt(z, threshold), 1)};
  };
  const auto kernel = [beta, threshold](const KernelReplay& r) -> KernelGradients {
    return {kernels::softplus_backward(r.grad(), r.saved(0), beta, threshold)};
  };
  return record("softplus", kernels::softplus(x.value(), beta, threshold), {x}, {x}, fused(rule, kernel));
}

}  // namespace xgrad
