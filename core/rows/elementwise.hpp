#pragma once

// The elementwise functions. Each is a word here and a formula in unary.cpp or binary.cpp; p and q are its
// parameters.

#include <cstdint>

#include <xgrad/core/rows/isa.hpp>

namespace xgrad::kernels {

/// Functions of one number.
enum class Unary {
  neg,
  abs,
  sign,  ///< −1, 0 or 1, and 0 of NaN
  relu,  ///< max(x, 0)
  sqrt,
  rsqrt,       ///< 1/√x
  scale,       ///< p x
  add_scalar,  ///< x + p
  clamp,       ///< min(max(x, p), q)
  floor,
  ceil,
  round,  ///< to the nearest integer, and to the even one of two
  trunc,
  // These cost an exponential, or as much.
  exp,
  exp2,
  expm1,  ///< exp(x) − 1
  log,
  log2,
  log10,
  log1p,  ///< log(1 + x)
  sin,
  cos,
  tanh,
  erf,
  sigmoid,     ///< 1/(1 + exp(−x))
  silu,        ///< x sigmoid(x)
  mish,        ///< x tanh(log(1 + exp(x)))
  softplus,    ///< log(1 + exp(p x))/p, and x where p x > q
  normal_cdf,  ///< Φ(x), the share of a standard normal below x
  gelu,        ///< x Φ(x)
  gelu_tanh,   ///< x/2 (1 + tanh(√(2/π) (x + 0.044715 x³)))
  tan,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
  erfc,  ///< 1 − erf(x)
  count,
};
constexpr bool costs_exp(Unary f) { return f >= Unary::exp; }
/// Computed by the C++ library, one number at a time.
constexpr bool is_scalar(Unary f) { return (f >= Unary::floor && f <= Unary::trunc) || f >= Unary::tan; }

/// Functions of two numbers. `f_backward` takes a gradient g and an input x, and returns g f'(x).
enum class Binary {
  // One operand of these may be a single number for the whole row.
  add,
  sub,
  mul,
  div,
  maximum,       ///< NaN where either is
  minimum,       ///< NaN where either is
  weigh,         ///< a b, and 0 where a is 0
  add_scaled,    ///< a + p b
  less,          ///< 1 where a < b, else 0
  less_equal,    ///< 1 where a ≤ b, else 0
  equal,         ///< 1 where a = b, else 0
  chain,         ///< a b, and 0 where a or b is 0: a product of the chain rule (ops/formula_gradient.cpp)
  fmod,          ///< a − b trunc(a/b), with a's sign
  remainder,     ///< a − b floor(a/b), with b's sign
  floor_divide,  ///< floor(a/b)
  atan2,         ///< the angle of the point (b, a)
  pow,
  // These take two rows.
  abs_backward,
  clamp_backward,
  sigmoid_backward,
  tanh_backward,
  silu_backward,
  softplus_backward,
  gelu_backward,
  gelu_tanh_backward,
  count,
};
constexpr bool takes_numbers(Binary f) { return f <= Binary::pow; }
constexpr bool is_scalar(Binary f) { return f >= Binary::fmod && f <= Binary::pow; }
constexpr bool costs_exp(Binary f) { return is_scalar(f) || f >= Binary::sigmoid_backward; }

/// Computes n contiguous elements. y may be x.
template <class T>
using UnaryRow = void (*)(const T* x, T* y, std::int64_t n, T p, T q);

/// The same for two operands. A step is 1, or 0 for a single number; not both are 0. y may be a or b.
template <class From, class To = From>
using BinaryRow = void (*)(const From* a, std::int64_t a_step, const From* b, std::int64_t b_step, To* y,
                           std::int64_t n, From p, From q);

/// y = a where c is not 0, else b. The steps of a and b are 1, or 0 for a single number. y may be an operand.
template <class T>
struct ChooseRows {
  void (*choose)(const T* c, const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y,
                 std::int64_t n);
};

template <class T>
struct UnaryRows {
  UnaryRow<T> of[static_cast<int>(Unary::count)];
};

template <class T>
struct BinaryRows {
  BinaryRow<T> of[static_cast<int>(Binary::count)];
};

}  // namespace xgrad::kernels
