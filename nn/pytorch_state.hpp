#pragma once

#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad::nn {

/// A state dict of PyTorch with the names of this library. In each nn.MultiheadAttention, at any depth,
///
///     in_proj_weight (3 D, D) → W_q.weight, W_k.weight, W_v.weight, each (D, D)
///     q_proj_weight, k_proj_weight, v_proj_weight (of kdim and vdim) → the same three
///     in_proj_bias (3 D) → W_q.bias, W_k.bias, W_v.bias
///     out_proj.weight, out_proj.bias → W_o.weight, W_o.bias
///
/// Other names stay. The Tensors share memory with those of `state`. Throws for bias_k and bias_v, which this
/// library has no equivalent of, and for wrong shapes.
///
///     transformer.load_state_dict(nn::from_pytorch(load_safetensors("transformer.safetensors").tensors));
NamedTensors from_pytorch(const NamedTensors& state);

/// The way back, bit for bit. An attention is where W_q, W_k, W_v and W_o have weights. Throws if it has
/// fewer key heads than query heads, which PyTorch's has not, or a bias in some projections only.
NamedTensors to_pytorch(const NamedTensors& state);

}  // namespace xgrad::nn
