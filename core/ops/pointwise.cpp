#include <xgrad/core/ops/pointwise.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include <xgrad/core/base/constants.hpp>
#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/static_value.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/ops/number.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/unary.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;
using std::numbers::ln10, std::numbers::ln2;

Variable exp(const Variable& x) {
  return unary("exp", Unary::exp, x, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() * r.output()};  // d(eˣ)/dx = eˣ
  });
}

Variable exp2(const Variable& x) {
  return unary("exp2", Unary::exp2, x, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() * (r.output() * ln2)};  // d(2ˣ)/dx = 2ˣ ln 2
  });
}

Variable expm1(const Variable& x) {
  return unary("expm1", Unary::expm1, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * exp(r.saved(0))};  // d(eˣ − 1)/dx = eˣ
  });
}

Variable log(const Variable& x) {
  return unary("log", Unary::log, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / r.saved(0)};  // d(ln x)/dx = 1/x
  });
}

Variable log2(const Variable& x) {
  return unary("log2", Unary::log2, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / ln2 / r.saved(0)};  // d(log₂ x)/dx = 1/(x ln 2)
  });
}

Variable log10(const Variable& x) {
  return unary("log10", Unary::log10, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / ln10 / r.saved(0)};  // d(log₁₀ x)/dx = 1/(x ln 10)
  });
}

Variable log1p(const Variable& x) {
  return unary("log1p", Unary::log1p, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / (r.saved(0) + 1)};  // d(ln(1 + x))/dx = 1/(1 + x)
  });
}

Variable sqrt(const Variable& x) {
  return unary("sqrt", Unary::sqrt, x, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() / (r.output() * 2)};  // d√x/dx = 1/(2√x)
  });
}

Variable rsqrt(const Variable& x) {
  return unary("rsqrt", Unary::rsqrt, x, {keeps_output}, [](const Replay& r) -> Gradients {
    const Variable y = r.output();
    return {r.grad() * (y * y * (y * -0.5))};  // d(x^(−1/2))/dx = −x^(−3/2)/2
  });
}

namespace {

// erf'(x) = 2/√π exp(−x²). Beyond ±40 it is 0; the clamp keeps its own derivative free of ∞ · 0 = NaN.
Variable erf_slope(const Variable& x) {
  const Variable z = clamp(x, -40, 40);
  return exp(neg(z * z)) * two_over_sqrt_pi;
}

}  // namespace

Variable erf(const Variable& x) {
  return unary("erf", Unary::erf, x, {x},
               [](const Replay& r) -> Gradients { return {r.grad() * erf_slope(r.saved(0))}; });
}

Variable erfc(const Variable& x) {
  return unary("erfc", Unary::erfc, x, {x}, [](const Replay& r) -> Gradients {
    return {neg(r.grad() * erf_slope(r.saved(0)))};  // erfc(x) = 1 − erf(x)
  });
}

Variable abs(const Variable& x) {
  check_defined("abs", {x});
  const auto rule = [](const Replay& r) -> Gradients {
    return {r.connected(0, r.grad() * sign(r.saved(0)))};  // d|x|/dx = sign x
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    return {kernels::binary("abs_backward", Binary::abs_backward, r.grad(), r.saved(0))};
  };
  return record("abs", kernels::abs(x.value()), {x}, {x}, fused(rule, kernel));  // int64 too
}

Tensor sign(const Variable& x) {
  check_defined("sign", {x});
  return kernels::sign(x.value());
}

namespace {

// Of an integer x, by integer bounds.
Tensor clamp_integers(const Tensor& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  Tensor y = x;
  if (low) y = kernels::binary("clamp", Binary::maximum, y, full({}, *low));
  if (high) y = kernels::binary("clamp", Binary::minimum, y, full({}, *high));
  return y;
}

}  // namespace

Variable clamp(const Variable& x, std::optional<Scalar> low, std::optional<Scalar> high) {
  check_defined("clamp", {x});
  if (!low && !high) fail("clamp", "needs a lower bound, an upper one or both, for x of shape ", x.shape());
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double least = low ? low->to<double>() : -infinity, most = high ? high->to<double>() : infinity;
  if (std::isnan(least) || std::isnan(most)) fail("clamp", "the bounds are ", least, " and ", most);
  if (!is_floating(x.dtype())) {
    const bool integers = !(low && low->is_floating()) && !(high && high->is_floating());
    if (!integers) return clamp(to(x, get_default_dtype()), low, high);
    return clamp_integers(x.value(), low, high);
  }
  const auto rule = [least, most](const Replay& r) -> Gradients {
    // ∂y/∂x = [low ≤ x ≤ high]
    const Variable x = r.saved(0);
    const Tensor is_outside = logical_not(logical_and(ge(x, least), le(x, most)));
    return {r.connected(0, masked_fill(r.grad(), is_outside, 0))};
  };
  const auto kernel = [least, most](const KernelReplay& r) -> KernelGradients {
    return {kernels::binary("clamp_backward", Binary::clamp_backward, r.grad(), r.saved(0), least, most)};
  };
  return record("clamp", kernels::unary("clamp", Unary::clamp, x.value(), least, most), {x}, {x},
                fused(rule, kernel));
}

// Two branches, of which the chosen one never overflows. Of two equal infinities a − b is NaN; their maximum
// is the result.
Variable logaddexp(const Variable& a, const Variable& b) {
  check_defined("logaddexp", {a, b});
  if (!is_floating(promote("logaddexp", a.dtype(), b.dtype())))
    fail("logaddexp", "needs a floating operand, got ", a.dtype(), " and ", b.dtype());
  const auto& op = static_value([] {
    return elementwise("logaddexp", [](const auto& a, const auto& b) {
      const auto sum = where(a > b, a + log1p(exp(b - a)), b + log1p(exp(a - b)));
      return where(isinf(a) && equal(a, b), maximum(a, b), sum);
    });
  });
  return op(a, b);
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

Variable where(const Variable& condition, const Variable& a, Scalar b) {
  return where(condition, a, number_beside(a, b, "where"));
}
Variable where(const Variable& condition, Scalar a, const Variable& b) {
  return where(condition, number_beside(b, a, "where"), b);
}
Variable where(const Variable& condition, Scalar a, Scalar b) {
  return where(condition, full({}, a), full({}, b));
}

Variable masked_fill(const Variable& x, const Variable& mask, Scalar value) {
  check_defined("masked_fill", {x, mask});
  return record("masked_fill", kernels::masked_fill(x.value(), mask.value(), value), {x}, {mask},
                [](const Replay& r) -> Gradients {
                  return {masked_fill(r.grad(), r.saved(0), 0)};  // ∂y/∂x = [not mask]
                });
}

}  // namespace xgrad
