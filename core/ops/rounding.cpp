#include <xgrad/core/ops/rounding.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/number.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

using kernels::Binary;
using kernels::Unary;

namespace {

// The gradient of a result that is constant in pieces.
Variable no_slope(const Replay& r, std::size_t input) {
  return r.wants(input) ? r.connected(input, zeros(r.input_shape(input), r.grad().dtype())) : nothing;
}

Variable rounded(const char* op, Unary f, const Variable& x) {
  check_defined(op, {x});
  const Tensor y = x.dtype() == int64 ? x.value().clone() : kernels::unary(op, f, x.value());
  return record(op, y, {x}, {}, [](const Replay& r) -> Gradients { return {no_slope(r, 0)}; });
}

}  // namespace

Variable floor(const Variable& x) { return rounded("floor", Unary::floor, x); }
Variable ceil(const Variable& x) { return rounded("ceil", Unary::ceil, x); }
Variable round(const Variable& x) { return rounded("round", Unary::round, x); }
Variable trunc(const Variable& x) { return rounded("trunc", Unary::trunc, x); }

namespace {

Variable quotient(const char* op, const Variable& a, const Variable& b, Rounding rounding) {
  check_defined(op, {a, b});
  const bool truncates = rounding == Rounding::trunc;
  Tensor y = kernels::binary(op, truncates ? Binary::div : Binary::floor_divide, a.value(), b.value());
  if (truncates && is_floating(y.dtype())) kernels::unary_into(op, Unary::trunc, y, y);
  return record(op, y, {a, b}, {}, [](const Replay& r) -> Gradients {
    return {no_slope(r, 0), no_slope(r, 1)};
  });
}

// a − b q with q = a/b rounded, one of its rounded forms for each f.
Variable rest(const char* op, Binary f, Rounding rounding, const Variable& a, const Variable& b) {
  check_defined(op, {a, b});
  return record(
      op, kernels::binary(op, f, a.value(), b.value()), {a, b}, {keep_for(1, a), keep_for(1, b)},
      [rounding](const Replay& r) -> Gradients {
        // ∂y/∂a = 1, ∂y/∂b = −q
        const auto db = [&] { return neg(r.grad() * div(r.saved(0), r.saved(1), rounding)); };
        const auto gradient = [&](std::size_t input, const Variable& g) {
          return r.connected(input, sum_to(g, r.input_shape(input)));
        };
        return {r.wants(0) ? gradient(0, r.grad()) : nothing, r.wants(1) ? gradient(1, db()) : nothing};
      });
}

}  // namespace

Variable div(const Variable& a, const Variable& b, Rounding rounding) {
  return quotient("div", a, b, rounding);
}
Variable div(const Variable& a, Scalar b, Rounding rounding) {
  return div(a, number_beside(a, b, "div"), rounding);
}
Variable floor_divide(const Variable& a, const Variable& b) {
  return quotient("floor_divide", a, b, Rounding::floor);
}
Variable floor_divide(const Variable& a, Scalar b) {
  return floor_divide(a, number_beside(a, b, "floor_divide"));
}

Variable remainder(const Variable& a, const Variable& b) {
  return rest("remainder", Binary::remainder, Rounding::floor, a, b);
}
Variable remainder(const Variable& a, Scalar b) { return remainder(a, number_beside(a, b, "remainder")); }
Variable fmod(const Variable& a, const Variable& b) {
  return rest("fmod", Binary::fmod, Rounding::trunc, a, b);
}
Variable fmod(const Variable& a, Scalar b) { return fmod(a, number_beside(a, b, "fmod")); }

}  // namespace xgrad
