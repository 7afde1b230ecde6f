#include <xgrad/core/ops/arithmetic.hpp>

#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/number.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

// Every rule ends with sum_to (ops/reduce.cpp): the gradient of a broadcast operand is the sum over its
// copies.

Variable add(const Variable& a, const Variable& b) {
  check_defined("add", {a, b});
  return record("add", kernels::add(a.value(), b.value()), {a, b}, {}, [](const Replay& r) -> Gradients {
    // ∂(a+b)/∂a = ∂(a+b)/∂b = 1
    return {r.wants(0) ? sum_to(r.grad(), r.input_shape(0)) : nothing,
            r.wants(1) ? sum_to(r.grad(), r.input_shape(1)) : nothing};
  });
}

Variable sub(const Variable& a, const Variable& b) {
  check_defined("sub", {a, b});
  return record("sub", kernels::sub(a.value(), b.value()), {a, b}, {}, [](const Replay& r) -> Gradients {
    // ∂(a−b)/∂a = 1, ∂(a−b)/∂b = −1
    return {r.wants(0) ? sum_to(r.grad(), r.input_shape(0)) : nothing,
            r.wants(1) ? neg(sum_to(r.grad(), r.input_shape(1))) : nothing};
  });
}

Variable mul(const Variable& a, const Variable& b) {
  check_defined("mul", {a, b});
  return record("mul", kernels::mul(a.value(), b.value()), {a, b}, {keep_for(0, b), keep_for(1, a)},
                [](const Replay& r) -> Gradients {
                  // ∂(ab)/∂a = b, ∂(ab)/∂b = a
                  return {r.wants(0) ? sum_to(r.grad() * r.saved(0), r.input_shape(0)) : nothing,
                          r.wants(1) ? sum_to(r.grad() * r.saved(1), r.input_shape(1)) : nothing};
                });
}

Variable div(const Variable& a, const Variable& b) {
  check_defined("div", {a, b});
  return record("div", kernels::div(a.value(), b.value()), {a, b}, {keep_for(1, a), b},
                [](const Replay& r) -> Gradients {
                  // ∂(a/b)/∂a = 1/b, ∂(a/b)/∂b = −a/b²
                  const Variable b = r.saved(1);
                  const Variable g = r.grad() / b;
                  return {r.wants(0) ? sum_to(g, r.input_shape(0)) : nothing,
                          r.wants(1) ? neg(sum_to(g * (r.saved(0) / b), r.input_shape(1))) : nothing};
                });
}

Variable neg(const Variable& x) {
  check_defined("neg", {x});
  return record("neg", kernels::neg(x.value()), {x}, {},
                [](const Replay& r) -> Gradients { return {neg(r.grad())}; });  // ∂(−x)/∂x = −1
}

namespace {

// 1/x is finite for |x| from here on.
double smallest_normal(DType dtype) {
  return dtype == float32 ? std::numeric_limits<float>::min() : std::numeric_limits<double>::min();
}

}  // namespace

Variable pow(const Variable& a, const Variable& b) {
  check_defined("pow", {a, b});
  return record("pow", kernels::pow(a.value(), b.value()), {a, b}, {a, b, keeps_output},
                [](const Replay& r) -> Gradients {
                  // ∂(a^b)/∂a = b a^(b−1), which is 0 for b = 0 also where 1/a is not finite;
                  // ∂(a^b)/∂b = a^b ln a, and its limit 0 at a = 0
                  const Variable a = r.saved(0), b = r.saved(1);
                  const auto da = [&] {
                    const Tensor is_finite = ge(kernels::abs(a.value()), smallest_normal(a.dtype()));
                    const Tensor is_constant = logical_and(eq(b, 0), logical_not(is_finite));
                    const Variable base = masked_fill(a.expand(is_constant.shape()), is_constant, 1);
                    return r.grad() * (b * pow(base, b - 1));
                  };
                  const auto db = [&] {
                    const Tensor at_limit = logical_and(eq(a, 0), ge(b, 0));
                    return r.grad() *
                           masked_fill(r.output() * log(masked_fill(a.expand(at_limit.shape()), at_limit, 1)),
                                       at_limit, 0);
                  };
                  return {r.wants(0) ? sum_to(da(), r.input_shape(0)) : nothing,
                          r.wants(1) ? sum_to(db(), r.input_shape(1)) : nothing};
                });
}

namespace {

using kernels::Binary;

// maximum and minimum. `is_other(a, b)` says where a is not chosen.
Variable extreme(const char* op, Binary f, const Variable& a, const Variable& b,
                 Tensor (*is_other)(const Variable&, const Variable&)) {
  check_defined(op, {a, b});
  return record(op, kernels::binary(op, f, a.value(), b.value()), {a, b}, {a, b},
                [is_other](const Replay& r) -> Gradients {
                  // ∂y/∂a = [a is chosen] + [a = b]/2
                  const Variable a = r.saved(0), b = r.saved(1);
                  const Variable share = where(eq(a, b), r.grad() / 2, r.grad());
                  const auto gradient = [&](std::size_t input, const Tensor& is_other_input) {
                    const Variable own = masked_fill(share, is_other_input, 0);
                    return r.connected(input, sum_to(own, r.input_shape(input)));
                  };
                  return {r.wants(0) ? gradient(0, is_other(a, b)) : nothing,
                          r.wants(1) ? gradient(1, is_other(b, a)) : nothing};
                });
}

}  // namespace

Variable maximum(const Variable& a, const Variable& b) {
  return extreme("maximum", Binary::maximum, a, b, lt);
}
Variable minimum(const Variable& a, const Variable& b) {
  return extreme("minimum", Binary::minimum, a, b, gt);
}

Variable maximum(const Variable& a, Scalar b) { return maximum(a, number_beside(a, b, "maximum")); }
Variable maximum(Scalar a, const Variable& b) { return maximum(number_beside(b, a, "maximum"), b); }
Variable minimum(const Variable& a, Scalar b) { return minimum(a, number_beside(a, b, "minimum")); }
Variable minimum(Scalar a, const Variable& b) { return minimum(number_beside(b, a, "minimum"), b); }

namespace {

// Whether the scalar takes part as a Tensor: with integers, the two dtypes decide the result's.
bool needs_promotion(const char* op, const Variable& x) {
  check_defined(op, {x});
  return !is_floating(x.dtype());
}

}  // namespace

Variable add(const Variable& x, Scalar value) {
  if (needs_promotion("add", x)) return add(x, full({}, value));
  return record("add", kernels::add_scalar(x.value(), value.to<double>()), {x}, {},
                [](const Replay& r) -> Gradients { return {r.grad()}; });
}

Variable sub(const Variable& x, Scalar value) {
  if (needs_promotion("sub", x)) return sub(x, full({}, value));
  return record("sub", kernels::add_scalar(x.value(), -value.to<double>()), {x}, {},
                [](const Replay& r) -> Gradients { return {r.grad()}; });
}

Variable mul(const Variable& x, Scalar factor) {
  if (needs_promotion("mul", x)) return mul(x, full({}, factor));
  return record("mul", kernels::scale(x.value(), factor.to<double>()), {x}, {},
                [factor](const Replay& r) -> Gradients { return {r.grad() * factor}; });
}

Variable pow(const Variable& x, Scalar exponent) {
  if (needs_promotion("pow", x)) {
    if (exponent.is_floating()) return pow(to(x, get_default_dtype()), exponent);
    return pow(x, full({}, exponent));
  }
  const double p = exponent.to<double>();
  const auto power = [&] { return kernels::pow(x.value(), full({}, p, x.dtype())); };
  return record("pow", p == 2 ? kernels::mul(x.value(), x.value()) : power(), {x}, {x},
                [p](const Replay& r) -> Gradients {
                  // ∂x^p/∂x = p x^(p−1), without a power where none is needed
                  const Variable& g = r.grad();
                  if (p == 0) return {r.connected(0, zeros(r.input_shape(0), g.dtype()))};
                  if (p == 1) return {r.connected(0, g)};
                  if (p == 2) return {r.connected(0, g * (r.saved(0) * 2))};
                  return {g * (pow(r.saved(0), p - 1) * p)};
                });
}

Variable pow(Scalar base, const Variable& exponent) {
  return pow(number_beside(exponent, base, "pow"), exponent);
}

Variable div(const Variable& x, Scalar divisor) {
  if (needs_promotion("div", x)) return div(x, full({}, divisor));
  return record("div", kernels::div(x.value(), full({}, divisor, x.dtype())), {x}, {},
                [divisor](const Replay& r) -> Gradients { return {r.grad() / divisor}; });
}

Variable div(Scalar numerator, const Variable& x) {
  return div(full({}, numerator, needs_promotion("div", x) ? get_default_dtype() : x.dtype()), x);
}

}  // namespace xgrad
