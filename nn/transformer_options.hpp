#pragma once

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/nn/activations.hpp>

namespace xgrad::nn {

/// Of TransformerEncoderLayer and TransformerDecoderLayer: PyTorch's names and defaults.
struct TransformerLayerOptions {
  std::int64_t dim_feedforward = 2048;
  double dropout = 0.1;  ///< of the attention weights, inside the feed-forward network, and of each branch
  Activation activation = Activation::relu;
  double layer_norm_eps = 1e-5;
  /// PyTorch's name for NormOrder::pre. false: x ← norm(x + f(x)), as in the original transformer. true:
  /// x ← x + f(norm(x)), which trains without warm-up (Xiong et al. 2020).
  bool norm_first = false;
  bool bias = true;              ///< in linears and norms
  bool fused_attention = false;  ///< see MultiHeadAttentionOptions::fused
  DType dtype = get_default_dtype();
};

}  // namespace xgrad::nn
