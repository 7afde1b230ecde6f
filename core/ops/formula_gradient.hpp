#pragma once

#include <vector>

#include <xgrad/core/kernels/formula.hpp>

namespace xgrad {

/// The gradient of a formula of one output y: a formula of the same inputs and, last, of g = dL/dy. Its
/// outputs are dL/d(input) for each place in `inputs`.
kernels::Formula gradient_of(const kernels::Formula& formula, const std::vector<int>& inputs);

}  // namespace xgrad
