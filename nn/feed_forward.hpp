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

struct SwiGLUOptions {
  bool bias = false;
  double dropout = 0;
  DType dtype = get_default_dtype();
};

/// A feed-forward network with a gate (Shazeer 2020, "GLU Variants Improve Transformer", eq. 6):
/// W_down(silu(W_gate x) ⊙ W_up x), then dropout. (..., d_model) → (..., d_hidden) → (..., d_model).
class SwiGLU : public Callable<SwiGLU> {
 public:
  SwiGLU(std::int64_t d_model, std::int64_t d_hidden, const SwiGLUOptions& options = {},
         Generator& generator = default_generator());

  Variable forward(const Variable& x) const;
  void visit(Visitor& visitor) const override;

  Linear W_gate, W_up, W_down;
  Dropout dropout;
};

}  // namespace xgrad::nn
