#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

struct SoftmaxOptions {
  double scale = 1;  ///< x is multiplied by it first
  /// Additive (floating, −∞ forbids) or boolean (true keeps), broadcast to x; none if undefined. A constant:
  /// it gets no gradient.
  Tensor mask = {};
  /// A row of which the mask hides everything gives 0 and gradient 0, not NaN. Scores that are −∞ by
  /// themselves are not hidden: a row of them is NaN.
  bool zero_if_all_masked = false;
};

// x comes by value, so that a temporary's memory can become the result's: large scores that nobody else holds
// (`std::move(scores)`) are not kept beside their weights.

/// Softmax over axis `dim`: y_i = exp(s x_i + m_i − max) / Σ_j exp(s x_j + m_j − max). Same shape as x.
/// Floating dtypes. A row of −∞ gives NaN. What a boolean mask hides may be anything, NaN too.
Variable softmax(Variable x, Dim dim, const SoftmaxOptions& options = {});

/// log softmax(x): y_i = x_i − max − log Σ_j exp(x_j − max).
Variable log_softmax(Variable x, Dim dim);

/// dx = s y ⊙ (g − Σ_j g_j y_j), the rule of softmax from its output y, in ordinary ops; a part of the rule
/// of attention. It holds for a y that adds up to 1 or is 0, as outputs do.
Variable softmax_backward(const Variable& g, const Variable& y, int dim, double scale = 1);

}  // namespace xgrad
