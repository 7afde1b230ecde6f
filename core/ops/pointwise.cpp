#include <xgrad/core/ops/pointwise.hpp>

#include <cmath>
#include <limits>

#include <xgrad/core/base/constants.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/number.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/unary.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

Variable exp(const Variable& x) {
  return unary("exp", Unary::exp, x, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad() * r.output()};  // d(eˣ)/dx = eˣ
  });
}

Variable log(const Variable& x) {
  return unary("log", Unary::log, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() / r.saved(0)};  // d(ln x)/dx = 1/x
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

Variable sin(const Variable& x) {
  return unary("sin", Unary::sin, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * cos(r.saved(0))};  // d(sin x)/dx = cos x
  });
}

Variable cos(const Variable& x) {
  return unary("cos", Unary::cos, x, {x}, [](const Replay& r) -> Gradients {
    return {neg(r.grad() * sin(r.saved(0)))};  // d(cos x)/dx = −sin x
  });
}

Variable erf(const Variable& x) {
  return unary("erf", Unary::erf, x, {x}, [](const Replay& r) -> Gradients {
    // d(erf x)/dx = 2/√π exp(−x²). Beyond ±40 it is 0; the clamp keeps its own derivative free of ∞ · 0 =
    // NaN.
    const Variable x = clamp(r.saved(0), -40, 40);
    return {r.grad() * (exp(neg(x * x)) * two_over_sqrt_pi)};
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
    return {kernels::binary("clamp_backward", Binary::clamp_backward, r.grad(), r.saved(0), least, most)};
  };
  return record("clamp", kernels::unary("clamp", Unary::clamp, x.value(), least, most), {x}, {x},
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
