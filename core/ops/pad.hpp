#pragma once

#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// x with `value` around it, as in torch.nn.functional.pad: amounts {before, after} for the last dim, then
/// for the one before it, and so on. Negative amounts take elements away.
Variable pad(const Variable& x, const std::vector<std::int64_t>& amounts, Scalar value = 0);

}  // namespace xgrad
