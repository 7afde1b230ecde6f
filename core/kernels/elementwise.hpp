#pragma once

// Elementwise functions of Tensors. Errors name the op.

#include <string_view>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/elementwise.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// f(x), new and contiguous. x is floating.
Tensor unary(std::string_view op, Unary f, const Tensor& x, double p = 0, double q = 0);
/// f(a, b), new and contiguous, with NumPy broadcasting and dtype promotion. Integers have the functions that
/// integers.hpp names.
Tensor binary(std::string_view op, Binary f, const Tensor& a, const Tensor& b, double p = 0, double q = 0);

/// The same, written to y. All Tensors have y's floating dtype; a and b are broadcast to y's shape. y may be
/// an operand.
void unary_into(std::string_view op, Unary f, const Tensor& x, const Tensor& y, double p = 0, double q = 0);
void binary_into(std::string_view op, Binary f, const Tensor& a, const Tensor& b, const Tensor& y,
                 double p = 0, double q = 0);

/// Runs a row function over a and b, which have the dtype From and are broadcast to y's shape. The row
/// function sees steps of 1 only, unless it takes numbers.
template <class From, class To>
void zip_rows(const Tensor& a, const Tensor& b, const Tensor& y, BinaryRow<From, To> row,
              std::int64_t grain = parallel_grain, bool takes_numbers = false, From p = 0, From q = 0);

}  // namespace xgrad::kernels
