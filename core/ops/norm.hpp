#pragma once

#include <xgrad/core/variable.hpp>

namespace xgrad {

/// Layer normalization (Ba, Kiros & Hinton 2016, section 3) over the last dim: y = (x − μ) / √(σ² + eps) · γ
/// + β with μ and σ² (without Bessel's correction) of each row. γ and β have that dim's size, or are both
/// undefined.
Variable layer_norm(const Variable& x, const Variable& gamma = {}, const Variable& beta = {},
                    double eps = 1e-5);

}  // namespace xgrad
