#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Layer normalization (Ba, Kiros & Hinton 2016, section 3) over the last dim: y = (x − μ) / √(σ² + eps) · γ
/// + β with μ and σ² (without Bessel's correction) of each row. x is floating, of at least one dim; γ and β
/// have that dim's size, or are both undefined. Rows of size 0 give an empty result. Rows whose squares
/// overflow or underflow are normalized too.
Variable layer_norm(const Variable& x, const Variable& gamma = {}, const Variable& beta = {},
                    double eps = 1e-5);

/// Root mean square normalization (Zhang & Sennrich 2019, section 4) over the last dim: y = x / √(mean(x²) +
/// eps) · γ. x is floating, of at least one dim; γ has that dim's size, or is undefined. Without an eps,
/// the dtype's machine epsilon is used, as in PyTorch.
Variable rms_norm(const Variable& x, const Variable& gamma = {}, std::optional<double> eps = {});

}  // namespace xgrad
