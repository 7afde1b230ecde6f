#include <xgrad/core/ops/trigonometry.hpp>

#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/unary.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

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

Variable tan(const Variable& x) {
  return unary("tan", Unary::tan, x, {keeps_output}, [](const Replay& r) -> Gradients {
    const Variable y = r.output();
    return {r.grad() * (y * y + 1)};  // d(tan x)/dx = 1 + tan² x
  });
}

namespace {

// 1/√(1 − x²). Next to ±1 the factors of 1 − x² keep their digits.
Variable asin_slope(const Variable& x) { return rsqrt(1 - x) * rsqrt(x + 1); }

// The clamp changes ±∞ alone. There a slope is 0, and its own derivative would be ∞ · 0 = NaN.
Variable finite(const Variable& x) {
  if (!is_floating(x.dtype())) return x;
  const double most =
      x.dtype() == float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  return clamp(x, -most, most);
}

}  // namespace

Variable asin(const Variable& x) {
  return unary("asin", Unary::asin, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * asin_slope(r.saved(0))};  // d(asin x)/dx = 1/√(1 − x²)
  });
}

Variable acos(const Variable& x) {
  return unary("acos", Unary::acos, x, {x}, [](const Replay& r) -> Gradients {
    return {neg(r.grad() * asin_slope(r.saved(0)))};  // acos x = π/2 − asin x
  });
}

Variable atan(const Variable& x) {
  return unary("atan", Unary::atan, x, {x}, [](const Replay& r) -> Gradients {
    const Variable x = finite(r.saved(0));
    return {r.grad() / (x * x + 1)};  // d(atan x)/dx = 1/(1 + x²)
  });
}

Variable atan2(const Variable& y, const Variable& x) {
  check_defined("atan2", {y, x});
  const Tensor angle = kernels::binary("atan2", Binary::atan2, y.value(), x.value());
  if (!is_floating(angle.dtype()))
    fail("atan2", "needs a floating operand, got ", y.dtype(), " and ", x.dtype());
  return record("atan2", angle, {y, x}, {y, x}, [](const Replay& r) -> Gradients {
    // ∂/∂y = x/(x² + y²), ∂/∂x = −y/(x² + y²). As in asinh, with a constant m: u/(u² + v²)/m, v/(u² + v²)/m.
    const Variable m = maximum(abs(r.saved(0).detach()), abs(r.saved(1).detach()));
    const Variable scale = finite(masked_fill(m, eq(m, 0), 1));
    const Variable v = finite(r.saved(0)) / scale, u = finite(r.saved(1)) / scale;
    const Variable g = r.grad() / (u * u + v * v) * (1 / masked_fill(m, eq(m, 0), 1));
    return {r.wants(0) ? sum_to(g * u, r.input_shape(0)) : nothing,
            r.wants(1) ? neg(sum_to(g * v, r.input_shape(1))) : nothing};
  });
}

Variable sinh(const Variable& x) {
  return unary("sinh", Unary::sinh, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * cosh(r.saved(0))};  // d(sinh x)/dx = cosh x
  });
}

Variable cosh(const Variable& x) {
  return unary("cosh", Unary::cosh, x, {x}, [](const Replay& r) -> Gradients {
    return {r.grad() * sinh(r.saved(0))};  // d(cosh x)/dx = sinh x
  });
}

Variable asinh(const Variable& x) {
  return unary("asinh", Unary::asinh, x, {x}, [](const Replay& r) -> Gradients {
    // d(asinh x)/dx = 1/√(x² + 1) = v/√(u² + v²) with u = x/m, v = 1/m. For every m it is the same function;
    // m = max(|x|, 1), held constant, keeps x² from overflowing.
    const Variable x = r.saved(0), m = clamp(abs(x.detach()), 1), u = finite(x) / finite(m), v = 1 / m;
    return {r.grad() * (rsqrt(u * u + v * v) * v)};
  });
}

Variable acosh(const Variable& x) {
  return unary("acosh", Unary::acosh, x, {x}, [](const Replay& r) -> Gradients {
    const Variable x = r.saved(0);
    return {r.grad() * (rsqrt(x - 1) * rsqrt(x + 1))};  // d(acosh x)/dx = 1/√(x² − 1)
  });
}

Variable atanh(const Variable& x) {
  return unary("atanh", Unary::atanh, x, {x}, [](const Replay& r) -> Gradients {
    const Variable x = r.saved(0);
    return {r.grad() / ((1 - x) * (x + 1))};  // d(atanh x)/dx = 1/(1 − x²)
  });
}

}  // namespace xgrad
