#include <xgrad/core/ops/pointwise.hpp>

#include <cmath>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/pointwise.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>

namespace xgrad {

Variable exp(const Variable& x) {
  check_defined("exp", {x});
  return record("exp", kernels::exp(x.value()), {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() * r.output()};  // d(eˣ)/dx = eˣ
  });
}

Variable log(const Variable& x) {
  check_defined("log", {x});
  return record("log", kernels::log(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / r.saved(0)};  // d(ln x)/dx = 1/x
  });
}

Variable sqrt(const Variable& x) {
  check_defined("sqrt", {x});
  return record("sqrt", kernels::sqrt(x.value()), {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() / (r.output() * 2)};  // d√x/dx = 1/(2√x)
  });
}

Variable tanh(const Variable& x) {
  check_defined("tanh", {x});
  const auto rule = [](const Replay& r) -> Gradients {
    // tanh x = 2 σ(2x) − 1 with σ the sigmoid:  d(tanh x)/dx = 4 σ'(2x)
    return {sigmoid_backward(r.grad() * 4, r.saved(0) * 2)};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::tanh_backward(r.grad(), r.saved(0))};
  };
  return record("tanh", kernels::tanh(x.value()), {x}, {x}, fused(rule, kernel));
}

Variable erf(const Variable& x) {
  check_defined("erf", {x});
  return record("erf", kernels::erf(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    // d(erf x)/dx = 2/√π exp(−x²). Beyond ±40 that is 0; the clamp keeps its own slope from ∞ · 0, which is
    // NaN.
    constexpr double two_over_sqrt_pi = 1.12837916709551257390;
    const Variable x = clamp(r.saved(0), -40, 40);
    return {r.grad() * (exp(neg(x * x)) * two_over_sqrt_pi)};
  });
}

Variable relu(const Variable& x) {
  check_defined("relu", {x});
  return record("relu", kernels::relu(x.value()), {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.connected(0, masked_fill(r.grad(), le(r.output(), 0), 0))};  // d(relu x)/dx = [x > 0]
  });
}

Variable log1p(const Variable& x) {
  check_defined("log1p", {x});
  return record("log1p", kernels::log1p(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / (r.saved(0) + 1)};  // d(ln(1 + x))/dx = 1/(1 + x)
  });
}

Variable rsqrt(const Variable& x) {
  check_defined("rsqrt", {x});
  return record("rsqrt", kernels::rsqrt(x.value()), {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    const Variable y = r.output();
    return {r.grad() * (y * y * (y * -0.5))};  // d(x^(−1/2))/dx = −x^(−3/2)/2
  });
}

Variable sin(const Variable& x) {
  check_defined("sin", {x});
  return record("sin", kernels::sin(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * cos(r.saved(0))};  // d(sin x)/dx = cos x
  });
}

Variable cos(const Variable& x) {
  check_defined("cos", {x});
  return record("cos", kernels::cos(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    return {neg(r.grad() * sin(r.saved(0)))};  // d(cos x)/dx = −sin x
  });
}

Variable abs(const Variable& x) {
  check_defined("abs", {x});
  const auto rule = [](const Replay& r) -> Gradients {
    return {r.connected(0, r.grad() * sign(r.saved(0)))};  // d|x|/dx = sign x
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::mul_by_sign(r.grad(), r.saved(0))};
  };
  return record("abs", kernels::abs(x.value()), {x}, {x}, fused(rule, kernel));
}

Tensor sign(const Variable& x) {
  check_defined("sign", {x});
  return kernels::sign(x.value());
}

Variable clamp(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  check_defined("clamp", {x});
  if (!low && !high) fail("clamp", "needs a lower bound, an upper one or both, for x of shape ", x.shape());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double least = low ? low->to<double>() : -infinity, most = high ? high->to<double>() : infinity;
  if (std::isnan(least) || std::isnan(most)) fail("clamp", "the bounds are ", least, " and ", most);
  const auto rule = [least, most](const Replay& r) -> Gradients {
    // ∂y/∂x = [low ≤ x ≤ high]
    const Variable x = r.saved(0);
    const Tensor is_outside = logical_not(logical_and(ge(x, least), le(x, most)));
    return {r.connected(0, masked_fill(r.grad(), is_outside, 0))};
  };
  const auto kernel = [least, most](const KernelReplay& r) -> KernelGradients {
    return {kernels::clamp_backward(r.grad(), r.saved(0), least, most)};
  };
  return record("clamp", kernels::clamp(x.value(), least, most), {x}, {x}, fused(rule, kernel));
}

namespace {

constexpr double density = 0.39894228040143267794;         // 1/√(2π)
constexpr double sqrt_2_over_pi = 0.79788456080286535588;  // √(2/π)
constexpr double cubic = 0.044715;

// φ(x) = exp(−x²/2) / √(2π), the density of a standard normal
Variable normal_density(const Variable& x) { return exp(x * x * -0.5) * density; }

// Φ(x), the share of a standard normal below x
Variable normal_cdf(const Variable& x) {
  return record("normal_cdf", kernels::normal_cdf(x.value()), {x}, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * normal_density(r.saved(0))};  // dΦ/dx = φ(x)
  });
}

// dx = g gelu'(x), in ordinary ops. A factor x is kept to where the other one is 0: an infinite x times 0 is
// NaN.
Variable gelu_rule(const Variable& g, const Variable& x, Gelu approximate) {
  if (approximate == Gelu::exact) {
    // d(x Φ(x))/dx = Φ(x) + x φ(x)
    const Variable z = clamp(x, -40, 40);
    return g * (normal_cdf(z) + z * normal_density(z));
  }
  // With v = 2 √(2/π) (x + 0.044715 x³) and σ the sigmoid:  d(x σ(v))/dx = σ(v) + x v' σ'(v)
  const Variable z = clamp(x, -25, 25);
  const Variable v = (z + z * z * z * cubic) * (2 * sqrt_2_over_pi);
  const Variable dv = (z * z * (3 * cubic) + 1) * (2 * sqrt_2_over_pi);
  return g * (sigmoid(v) + sigmoid_backward(z * dv, v));
}

}  // namespace

Variable gelu(const Variable& x, Gelu approximate) {
  check_defined("gelu", {x});
  const bool is_exact = approximate == Gelu::exact;
  const auto rule = [approximate](const Replay& r) -> Gradients {
    return {gelu_rule(r.grad(), r.saved(0), approximate)};
  };
  const auto kernel = [is_exact](const KernelReplay& r) -> KernelGradients {
    Tensor dx = r.memory_for_gradient();
    if (is_exact) {
      kernels::gelu_backward(r.grad(), r.saved(0), dx);
    } else {
      kernels::gelu_tanh_backward(r.grad(), r.saved(0), dx);
    }
    return {dx};
  };
  return record("gelu", is_exact ? kernels::gelu(x.value()) : kernels::gelu_tanh(x.value()), {x}, {x},
                fused(rule, kernel));
}

Variable where(const Variable& condition, const Variable& a, const Variable& b) {
  check_defined("where", {condition, a, b});
  return record(
      "where", kernels::where(condition.value(), a.value(), b.value()), {condition, a, b}, {condition},
      [](const Replay& r) -> Gradients {
        // ∂y/∂a = [condition], ∂y/∂b = [not condition]
        const Variable c = r.saved(0);
        return {nothing,
                r.wants(1) ? sum_to(masked_fill(r.grad(), logical_not(c), 0), r.input_shape(1)) : nothing,
                r.wants(2) ? sum_to(masked_fill(r.grad(), c, 0), r.input_shape(2)) : nothing};
      });
}

Variable masked_fill(const Variable& x, const Variable& mask, Scalar value) {
  check_defined("masked_fill", {x, mask});
  return record("masked_fill", kernels::masked_fill(x.value(), mask.value(), value), {x}, {mask},
                [](const Replay& r) -> Gradients {
                  return {masked_fill(r.grad(), r.saved(0), 0)};  // ∂y/∂x = [not mask]
                });
}

}  // namespace xgrad
