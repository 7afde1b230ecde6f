#pragma once

#include <xgrad/core/random.hpp>
#include <xgrad/core/variable.hpp>

namespace xgrad {

/// Dropout (Srivastava et al. 2014, with PyTorch's p, the share that is dropped, and its scaling in
/// training): each element is 0 with probability p, else x / (1 − p). The identity when not training. p in
/// [0, 1]. As in PyTorch an element is dropped by multiplying with 0, so a dropped NaN stays NaN.
Variable dropout(const Variable& x, double p, bool training = true,
                 Generator& generator = default_generator());

}  // namespace xgrad
