// The activations that are one formula each.
#include <cmath>
#include <concepts>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/static_value.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

// op(x, options...) of a floating x; `elementwise` would take integers. The options are inputs of the
// formula, so that it is recorded once and not for each call.
template <std::same_as<double>... Options>
Variable of_floating(const char* name, const Elementwise<1 + sizeof...(Options)>& op, const Variable& x,
                     Options... options) {
  check_defined(name, {x});
  check_floating(name, x.value());
  return op(x, full({}, options, x.dtype())...);
}

}  // namespace

Variable leaky_relu(const Variable& x, double negative_slope) {
  const auto& op = static_value([] {
    return elementwise("leaky_relu",
                       [](const auto& x, const auto& slope) { return where(x > 0, x, slope * x); });
  });
  return of_floating("leaky_relu", op, x, negative_slope);
}

Variable elu(const Variable& x, double alpha) {
  const auto& op = static_value([] {
    return elementwise("elu",
                       [](const auto& x, const auto& alpha) { return where(x > 0, x, alpha * expm1(x)); });
  });
  return of_floating("elu", op, x, alpha);
}

Variable selu(const Variable& x) {
  constexpr double lambda = 1.0507009873554804934, alpha = 1.6732632423543772848;
  const auto& op = static_value([] {
    return elementwise("selu",
                       [](const auto& x) { return where(x > 0, lambda * x, lambda * alpha * expm1(x)); });
  });
  return of_floating("selu", op, x);
}

Variable celu(const Variable& x, double alpha) {
  if (!std::isfinite(alpha) || alpha == 0) fail("celu", "alpha must be finite and not 0, got ", alpha);
  const auto& op = static_value([] {
    return elementwise(
        "celu", [](const auto& x, const auto& alpha) { return where(x > 0, x, alpha * expm1(x / alpha)); });
  });
  return of_floating("celu", op, x, alpha);
}

Variable hardtanh(const Variable& x, double min_val, double max_val) {
  if (!(min_val <= max_val)) fail("hardtanh", "the bounds are ", min_val, " and ", max_val);
  const auto& op = static_value([] {
    return elementwise("hardtanh", [](const auto& x, const auto& low, const auto& high) {
      return where(x <= low, low, where(x >= high, high, x));
    });
  });
  return of_floating("hardtanh", op, x, min_val, max_val);
}

Variable relu6(const Variable& x) {
  const auto& op = static_value([] {
    return elementwise("relu6", [](const auto& x) { return where(x <= 0, 0, where(x >= 6, 6, x)); });
  });
  return of_floating("relu6", op, x);
}

Variable hardsigmoid(const Variable& x) {
  const auto& op = static_value([] {
    return elementwise("hardsigmoid",
                       [](const auto& x) { return where(x <= -3, 0, where(x >= 3, 1, (x + 3) / 6)); });
  });
  return of_floating("hardsigmoid", op, x);
}

Variable hardswish(const Variable& x) {
  const auto& op = static_value([] {
    return elementwise("hardswish",
                       [](const auto& x) { return where(x < -3, 0, where(x > 3, x, x * (x + 3) / 6)); });
  });
  return of_floating("hardswish", op, x);
}

// Two branches, of which the chosen one never overflows and is smooth at 0.
Variable logsigmoid(const Variable& x) {
  const auto& op = static_value([] {
    return elementwise("logsigmoid",
                       [](const auto& x) { return where(x < 0, x - log1p(exp(x)), -log1p(exp(-x))); });
  });
  return of_floating("logsigmoid", op, x);
}

// From 1 on the first form keeps the digits of the slope, and has a limit at ±∞. A NaN takes the second,
// whose slope is NaN too.
Variable softsign(const Variable& x) {
  const auto& op = static_value([] {
    return elementwise("softsign", [](const auto& x) {
      return where(abs(x) >= 1, sign(x) * (1 - 1 / (1 + abs(x))), x / (1 + abs(x)));
    });
  });
  return of_floating("softsign", op, x);
}

}  // namespace xgrad
