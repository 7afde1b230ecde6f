#pragma once

// Scaled dot-product attention, and the mask that hides the future.

#include <cstdint>

#include <xtensor/xbuilder.hpp>

#include "matmul.hpp"
#include "softmax.hpp"

namespace reference {

/// A mask for scores: query i sees key j if j ≤ i + diagonal. The last query sees every key if the diagonal
/// is T_k − T_q.
template <class T>
xt::xarray<T> causal(std::int64_t queries, std::int64_t keys, std::int64_t diagonal) {
  const xt::xarray<std::int64_t> i = xt::arange(queries), j = xt::arange(keys);
  return additive<T>(j <= xt::expand_dims(i, 1) + diagonal);
}

/// softmax(s q kᵀ + mask) v (Vaswani et al. 2017, section 3.2.1, with s = 1/√d): q (..., T_q, d), k (...,
/// T_k, d), v (..., T_k, d_v), mask (..., T_q, T_k) → (..., T_q, d_v). A query that the mask hides from every
/// key gives 0.
template <class T>
xt::xarray<T> attention(const xt::xarray<T>& q, const xt::xarray<T>& k, const xt::xarray<T>& v, T scale,
                        const xt::xarray<T>& mask = xt::zeros<T>({1, 1})) {
  const std::size_t n = q.dimension();
  const xt::xarray<T> scores = scale * xt::sum(xt::expand_dims(q, n - 1) * xt::expand_dims(k, n - 2), {-1});
  return matmul(masked_softmax(scores, mask), v);
}

}  // namespace reference
