#pragma once

// What the exercises of attention share. Letters in shapes: B batch, H heads, T_q queries, T_k keys, d head
// size.

#include <cmath>

#include "judge.hpp"

namespace xgrad::web {

inline Variable scores_of(const Variable& q, const Variable& k) {
  return matmul(q, k.mT()) / std::sqrt(static_cast<double>(q.size(-1)));
}

inline std::vector<Input> queries_keys_values(std::int64_t T_q, std::int64_t T_k, std::uint64_t seed) {
  return {{"q (B, H, T_q, d)", sample({1, 1, T_q, 2}, seed)},
          {"k (B, H, T_k, d)", sample({1, 1, T_k, 2}, seed + 1)},
          {"v (B, H, T_k, d)", sample({1, 1, T_k, 2}, seed + 2)}};
}

}  // namespace xgrad::web
