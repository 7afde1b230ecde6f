#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

struct SoftmaxOptions {
  double scale = 1;  ///< multiplies x first
  /// Additive (floating, −∞ forbids) or boolean (true keeps), broadcast to x; none if undefined. A constant:
  /// it gets no gradient.
  Tensor mask = {};
  /// A row that the mask hides as a whole gives 0 and gradient 0, not NaN. Scores that are −∞ by themselves
  /// are not hidden: a row of them is NaN.
  bool zero_if_all_masked = false;
};

// x is passed by value, so that the result can take over a temporary's memory: with `std::move(scores)`,
// large scores that nobody else holds are replaced by their weights.

/// Softmax over axis `dim`: y_i = exp(s x_i + m_i − max) / Σ_j exp(s x_j + m_j − max). Same shape as x.
/// Floating dtypes. A row of −∞ gives NaN. Elements that a boolean mask hides may hold anything, also NaN.
Variable softmax(Variable x, Dim dim, const SoftmaxOptions& options = {});

/// log softmax(x): y_i = x_i − max − log Σ_j exp(x_j − max).
Variable log_softmax(Variable x, Dim dim);

/// log Σ exp(x) over the given dims, or over all where none is given, without overflow. Floating dtypes. Of
/// no elements: −∞.
Variable logsumexp(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

/// The rule of softmax, from its output y: dx = s y ⊙ (g − Σ_j g_j y_j), where a row of y adds up to 1 or is
/// 0. Attention's rule uses it too.
Variable softmax_backward(const Variable& g, const Variable& y, int dim, double scale = 1);

}  // namespace xgrad
