#pragma once

// The heads of the panel Attention: matrices that are drawn at random or made by hand. None is trained.
// Letters in shapes: B batch, H heads, T words, D d_model, d head size.

#include <cstdint>
#include <string>
#include <vector>

#include "attention_words.hpp"

namespace xgrad::web {

/// Columns h·d to (h + 1)·d of each matrix (D, H d) belong to head h.
struct Heads {
  std::int64_t H, d;
  Tensor W_q, W_k, W_v;
};

/// The heads of these kinds:
/// - "random": W ~ N(0, 1 / D). Since the mean square of x is about 1, so is the variance of q and k.
/// - "before", "after": the query is the position one word back or ahead, the key is the position.
/// - "same": query and key are the word.
/// The kinds made by hand have the word as value. A random head depends on its place, d and the seed only.
Heads make_heads(const std::vector<std::string>& kinds, std::int64_t d, std::uint32_t seed);

/// Queries, keys and values of each head: (1, H, T, d).
struct Projected {
  Variable q, k, v;
};
Projected project(const Variable& x, const Heads& heads);

}  // namespace xgrad::web
