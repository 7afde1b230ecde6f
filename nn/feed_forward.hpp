#pragma once

#include <xgrad/nn/activations.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>

namespace xgrad::nn {

struct FeedForwardOptions {
  double dropout = 0;
  Activation activation = Activation::gelu;
  DType dtype = get_default_dtype();
};

/// The transformer's position-wise network (Vaswani et al. 2017, section 3.3):
/// project(activation(expand(x))), then dropout. (..., d_model) → (..., d_hidden) → (..., d_model).
class FeedForward : public Callable<FeedForward> {
 public:
  FeedForward(std::int64_t d_model, std::int64_t d_hidden, const FeedForwardOptions& options = {},
              Generator& generator = default_generator());

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override;

  Linear expand, project;
  Dropout dropout;
  Activation activation;
};

}  // namespace xgrad::nn
