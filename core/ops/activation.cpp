#include <xgrad/core/ops/activation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/base/constants.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/unary.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

Variable relu(const Variable& x) {
  return unary("relu", Unary::relu, x, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.connected(0, masked_fill(r.grad(), le(r.output(), 0), 0))};  // d(relu x)/dx = [x > 0]
  });
}

Variable sigmoid(const Variable& x) {
  return unary("sigmoid", Unary::sigmoid, x, {x},
               [](const Replay& r) -> Gradients { return {sigmoid_backward(r.grad(), r.saved(0))}; });
}

Variable sigmoid_backward(const Variable& g, const Variable& x) {
  check_defined("sigmoid_backward", {g, x});
  if (g.shape() != x.shape() || g.dtype() != x.dtype()) {
    fail("sigmoid_backward", "the gradient is ", g.shape(), " ", g.dtype(), ", x ", x.shape(), " ",
         x.dtype());
  }
  return record(
      "sigmoid_backward", kernels::binary("sigmoid_backward", Binary::sigmoid_backward, g.value(), x.value()),
      {g, x}, {keep_for(1, g), x}, [](const Replay& r) -> Gradients {
        // y = g σ'(x):  ∂y/∂g = σ'(x), ∂y/∂x = g σ''(x) = −g σ'(x) tanh(x/2)
        const Variable x = r.saved(1);
        const auto dx = [&] { return neg(sigmoid_backward(r.grad() * r.saved(0), x) * tanh(x * 0.5)); };
        return {r.wants(0) ? sigmoid_backward(r.grad(), x) : nothing, r.wants(1) ? dx() : nothing};
      });
}

Variable tanh(const Variable& x) {
  const auto rule = [](const Replay& r) -> Gradients {
    // tanh x = 2 σ(2x) − 1 with σ the sigmoid:  d(tanh x)/dx = 4 σ'(2x)
    return {sigmoid_backward(r.grad() * 4, r.saved(0) * 2)};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::binary("tanh_backward", Binary::tanh_backward, r.grad(), r.saved(0))};
  };
  return unary("tanh", Unary::tanh, x, {x}, fused(rule, kernel));
}

Variable silu(const Variable& x) {
  const auto rule = [](const Replay& r) -> Gradients {
    // d(x σ(x))/dx = σ(x) + x σ'(x). x is clamped where σ' has reached 0: ∞ · 0 would be NaN.
    const Variable x = r.saved(0);
    return {r.grad() * (sigmoid(x) + sigmoid_backward(clamp(x, -1000, 1000), x))};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::binary("silu_backward", Binary::silu_backward, r.grad(), r.saved(0))};
  };
  return unary("silu", Unary::silu, x, {x}, fused(rule, kernel));
}

Variable mish(const Variable& x) {
  return unary("mish", Unary::mish, x, {x}, [](const Replay& r) -> Gradients {
    // With s = log(1 + eˣ) and s' = σ(x):  d(x tanh s)/dx = tanh s + x σ(x) (1 − tanh² s). x is clamped where
    // the other factor has reached 0: ∞ · 0 would be NaN.
    const Variable x = clamp(r.saved(0), -1000, 1000), t = tanh(softplus(x));
    return {r.grad() * (t + x * sigmoid(x) * (1 - t * t))};
  });
}

namespace {

// φ(x) = exp(−x²/2) / √(2π), the density of a standard normal
Variable normal_density(const Variable& x) { return exp(x * x * -0.5) * one_over_sqrt_2pi; }

// Φ(x), the share of a standard normal below x
Variable normal_cdf(const Variable& x) {
  return unary("normal_cdf", Unary::normal_cdf, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * normal_density(r.saved(0))};  // dΦ/dx = φ(x)
  });
}

// dx = g gelu'(x). x is clamped where the other factor has reached 0: ∞ · 0 would be NaN.
Variable gelu_rule(const Variable& g, const Variable& x, Gelu approximate) {
  if (approximate == Gelu::exact) {
    // d(x Φ(x))/dx = Φ(x) + x φ(x)
    const Variable z = clamp(x, -40, 40);
    return g * (normal_cdf(z) + z * normal_density(z));
  }
  // With v = 2 √(2/π) (x + 0.044715 x³) and σ the sigmoid:  d(x σ(v))/dx = σ(v) + x v' σ'(v)
  const Variable z = clamp(x, -25, 25);
  const Variable v = (z + z * z * z * gelu_cubic) * (2 * sqrt_2_over_pi);
  const Variable dv = (z * z * (3 * gelu_cubic) + 1) * (2 * sqrt_2_over_pi);
  return g * (sigmoid(v) + sigmoid_backward(z * dv, v));
}

}  // namespace

Variable gelu(const Variable& x, Gelu approximate) {
  const bool is_exact = approximate == Gelu::exact;
  const auto rule = [approximate](const Replay& r) -> Gradients {
    return {gelu_rule(r.grad(), r.saved(0), approximate)};
  };
  const auto kernel = [is_exact](const KernelReplay& r) -> KernelGradients {
    const Tensor dx = r.memory_for_gradient();
    kernels::binary_into("gelu_backward", is_exact ? Binary::gelu_backward : Binary::gelu_tanh_backward,
                         r.grad(), r.saved(0), dx);
    return {dx};
  };
  return unary("gelu", is_exact ? Unary::gelu : Unary::gelu_tanh, x, {x}, fused(rule, kernel));
}

namespace {

// β as the dtype holds it: neither 0 nor infinite, which would turn an x of 0 into NaN.
double held_beta(double beta, DType dtype) {
  if (dtype != float32) return beta;
  using Limits = std::numeric_limits<float>;
  return std::copysign(std::clamp<double>(std::abs(beta), Limits::denorm_min(), Limits::max()), beta);
}

// A finite threshold, so that an infinite βx exceeds it: the result is then x, and not ∞ / β.
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
    return {kernels::binary("softplus_backward", Binary::softplus_backward, r.grad(), r.saved(0), beta,
                            threshold)};
  };
  return record("softplus", kernels::unary("softplus", Unary::softplus, x.value(), beta, threshold), {x}, {x},
                fused(rule, kernel));
}

}  // namespace xgrad
