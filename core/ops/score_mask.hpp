#pragma once

#include <string_view>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

// Masks of attention's scores: boolean (true keeps) or added to them (−∞ hides).

/// The mask as kernels take it: boolean or of the scores' dtype; undefined stays undefined. Throws naming
/// `op` where it is neither or does not broadcast to the scores.
Tensor checked_mask(std::string_view op, const Tensor& mask, const Shape& scores, DType dtype);

/// A causal mask's diagonal: query i sees key j when j ≤ i + this. It is T_k − T_q where the last query sees
/// every key (`causal`), 0 where the first query sees the first key (`upper_left`), the smaller one of both,
/// and T_k, which hides nothing, of neither.
std::int64_t causal_diagonal(bool causal, bool upper_left, std::int64_t queries, std::int64_t keys);

/// (1, 1, T_q, T_k) boolean: query i sees key j when j ≤ i + diagonal.
Tensor causal_keep(std::int64_t queries, std::int64_t keys, std::int64_t diagonal);

/// The mask, and nothing seen but where `keep` holds.
Tensor keep_only(const Tensor& keep, const Tensor& mask);

}  // namespace xgrad
