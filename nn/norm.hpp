#pragma once

#include <optional>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool affine = true;  ///< learn γ (weight, starts at 1) and β (bias, starts at 0)
  DType dtype = get_default_dtype();
};

/// Layer normalization over the last dim: y = (x − μ) / √(σ² + eps) · γ + β (Ba, Kiros & Hinton 2016). Same
/// shape as x.
class LayerNorm : public Callable<LayerNorm> {
 public:
  explicit LayerNorm(std::int64_t size, const LayerNormOptions& options = {});

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override { visitor("weight", weight)("bias", bias); }
  std::string extra_repr() const override;

  Variable weight, bias;  ///< γ and β; undefined without affine
  double eps;

 private:
  std::int64_t size_;
};

struct RMSNormOptions {
  std::optional<double> eps = {};  ///< if empty, the dtype's machine epsilon
  bool affine = true;              ///< learn γ (weight, starts at 1)
  DType dtype = get_default_dtype();
};

/// Root mean square normalization over the last dim: y = x / √(mean(x²) + eps) · γ (Zhang & Sennrich 2019).
/// Same shape as x.
class RMSNorm : public Callable<RMSNorm> {
 public:
  explicit RMSNorm(std::int64_t size, const RMSNormOptions& options = {});

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override { visitor("weight", weight); }
  std::string extra_repr() const override;

  Variable weight;  ///< γ; undefined without affine
  std::optional<double> eps;

 private:
  std::int64_t size_;
};

}  // namespace xgrad::nn
