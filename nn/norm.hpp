#pragma once

#include <optional>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

struct LayerNormOptions {
  double eps = 1e-5;
  bool affine = true;  ///< learn γ (weight, starts at 1) and β (bias, starts at 0)
  bool bias = true;    ///< false: learn γ alone
  DType dtype = get_default_dtype();
};

/// Layer normalization over the last dim, `LayerNorm(64)`, or several, `LayerNorm({8, 64})`: y = (x − μ) /
/// √(σ² + eps) · γ + β (Ba, Kiros & Hinton 2016). γ and β have the normalized shape, y the shape of x.
class LayerNorm : public Callable<LayerNorm> {
 public:
  explicit LayerNorm(const NormalizedShape& normalized_shape, const LayerNormOptions& options = {});

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override { visitor("weight", weight)("bias", bias); }
  std::string extra_repr() const override;

  Variable weight, bias;  ///< γ and β; undefined where not learnt
  double eps;

 private:
  Shape normalized_shape_;
};

struct RMSNormOptions {
  std::optional<double> eps = {};  ///< if empty, the dtype's machine epsilon
  bool affine = true;              ///< learn γ (weight, starts at 1)
  DType dtype = get_default_dtype();
};

/// Root mean square normalization over the last dim, `RMSNorm(64)`, or several, `RMSNorm({8, 64})`: y = x /
/// √(mean(x²) + eps) · γ (Zhang & Sennrich 2019). γ has the normalized shape, y the shape of x.
class RMSNorm : public Callable<RMSNorm> {
 public:
  explicit RMSNorm(const NormalizedShape& normalized_shape, const RMSNormOptions& options = {});

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override { visitor("weight", weight); }
  std::string extra_repr() const override;

  Variable weight;  ///< γ; undefined without affine
  std::optional<double> eps;

 private:
  Shape normalized_shape_;
};

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  ///< of the running values; empty: they are averages over all batches
  bool affine = true;                    ///< learn γ (weight, starts at 1) and β (bias, starts at 0)
  bool track_running_stats = true;       ///< false: eval() normalizes by the batch too
  DType dtype = get_default_dtype();
};

/// Batch normalization of x (N, num_features, ...): y = (x − μ) / √(σ² + eps) · γ + β for each feature (Ioffe
/// & Szegedy 2015); PyTorch's BatchNorm1d, BatchNorm2d and BatchNorm3d. In training, μ and σ² are those of
/// the batch, and the running ones move towards them. After eval(), the running ones are used. Same shape as
/// x.
class BatchNorm : public Callable<BatchNorm> {
 public:
  explicit BatchNorm(std::int64_t num_features, const BatchNormOptions& options = {});

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override;
  std::string extra_repr() const override;

  Variable weight, bias;  ///< γ and β; undefined without affine
  Variable running_mean, running_var,
      num_batches_tracked;  ///< buffers; undefined without track_running_stats
  double eps;
  std::optional<double> momentum;

 private:
  std::int64_t num_features_;
};

}  // namespace xgrad::nn
