#pragma once

#include <string_view>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

// Masks of attention's scores: boolean (true keeps) or added to them (−∞ hides).

/// The mask as kernels take it: boolean or of the scores' dtype. An undefined mask stays undefined. Throws
/// naming `op` if the mask is int64 or does not broadcast to the scores.
Tensor checked_mask(std::string_view op, const Tensor& mask, const Shape& scores, DType dtype);

/// A causal mask's diagonal: query i sees key j when j ≤ i + diagonal. `causal` gives T_k − T_q: the last
/// query sees every key. `upper_left` gives 0: the first query sees only the first key. Both give the smaller
/// of the two. Neither gives T_k, which hides nothing.
std::int64_t causal_diagonal(bool causal, bool upper_left, std::int64_t queries, std::int64_t keys);

/// (1, 1, T_q, T_k) boolean: query i sees key j when j ≤ i + diagonal.
Tensor causal_keep(std::int64_t queries, std::int64_t keys, std::int64_t diagonal);

/// The mask that also hides everything where `keep` is false.
Tensor keep_only(const Tensor& keep, const Tensor& mask);

}  // namespace xgrad
