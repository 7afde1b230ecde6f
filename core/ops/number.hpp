#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// A C++ number as an operand beside x: in x's dtype if that is floating, else in the number's own, so that
/// the two dtypes decide the result's. Throws naming `op` if x is undefined.
Tensor number_beside(const Variable& x, Scalar value, const char* op);

}  // namespace xgrad
