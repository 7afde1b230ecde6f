#pragma once

#include <string_view>

#include <xgrad/core/tensor.hpp>

namespace xgrad {

// Masks of attention's scores: boolean (true keeps) or added to them (−∞ hides).

/// The mask as kernels take it: boolean or of the scores' dtype; undefined stays undefined. Throws naming
/// `op` where it is neither or does not broadcast to the scores.
Tensor checked_mask(std::string_view op, const Tensor& mask, const Shape& scores, DType dtype);

/// (1, 1, T_q, T_k) boolean: query i sees key j when j ≤ i + T_k − T_q.
Tensor causal_keep(std::int64_t queries, std::int64_t keys);

/// The mask, and nothing seen but where `keep` holds.
Tensor keep_only(const Tensor& keep, const Tensor& mask);

}  // namespace xgrad
