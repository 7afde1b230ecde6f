#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

/// The sizes of x's last dims, over which a norm runs: 64, {8, 64} or a Shape. `{}` does not convert to it,
/// as it does to a Shape: in `layer_norm(x, {}, {})` it is an undefined gamma.
class NormalizedShape {
 public:
  NormalizedShape(const Shape& sizes) : sizes_(sizes) {}
  template <DimNumber... Sizes>
  requires(sizeof...(Sizes) > 0) NormalizedShape(Sizes... sizes) : sizes_({clamped_int64(sizes)...}) {}
  const Shape& sizes() const { return sizes_; }

 private:
  Shape sizes_;
};

/// Layer normalization (Ba, Kiros & Hinton 2016, section 3) over the last dims: y = (x − μ) / √(σ² + eps) · γ
/// + β with μ and σ² (without Bessel's correction) of each row, the elements of these dims. x is floating, of
/// at least one dim; γ and β have the normalized shape; each may be undefined. Rows of size 0 give an empty
/// result. Rows whose squares overflow or underflow are normalized too.
Variable layer_norm(const Variable& x, const NormalizedShape& normalized_shape, const Variable& gamma = {},
                    const Variable& beta = {}, double eps = 1e-5);
/// Over the last dim.
Variable layer_norm(const Variable& x, const Variable& gamma = {}, const Variable& beta = {},
                    double eps = 1e-5);

/// Root mean square normalization (Zhang & Sennrich 2019, section 4) over the last dims: y = x / √(mean(x²) +
/// eps) · γ. x is floating, of at least one dim; γ has the normalized shape, or is undefined. Without an eps,
/// the dtype's machine epsilon is used, as in PyTorch.
Variable rms_norm(const Variable& x, const NormalizedShape& normalized_shape, const Variable& gamma = {},
                  std::optional<double> eps = {});
/// Over the last dim.
Variable rms_norm(const Variable& x, const Variable& gamma = {}, std::optional<double> eps = {});

}  // namespace xgrad
