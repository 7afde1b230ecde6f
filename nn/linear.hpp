#pragma once

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/nn/callable.hpp>

namespace xgrad::nn {

struct LinearOptions {
  bool bias = true;
  DType dtype = get_default_dtype();
};

/// y = x Wᵀ + b: x (..., in_features) → (..., out_features), weight (out_features, in_features), bias
/// (out_features). Initialised as in PyTorch: weight kaiming_uniform_(a = √5), bias U(−1/√in, 1/√in), drawn
/// in this order.
class Linear : public Callable<Linear> {
 public:
  Linear(std::int64_t in_features, std::int64_t out_features, const LinearOptions& options = {},
         Generator& generator = default_generator());

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override;

  Variable weight;
  Variable bias;  ///< undefined without one
};

}  // namespace xgrad::nn
