#pragma once

#include <cstdint>
#include <vector>

#include <xgrad/core/tensor/tensor.hpp>

// What makes samples from a model of the next token better than plain draws from softmax(logits). Each
// function takes logits (..., V), floating, and returns new ones; −∞ forbids a token. Their composition is
// softmax(keep_min_p(keep_top_p(keep_top_k(logits / temperature, k), p), min_p), -1), the order of Hugging
// Face.

namespace xgrad::nn {

/// Keeps the k largest (Fan et al. 2018, "Hierarchical Neural Story Generation", section 5.4), and what
/// equals the smallest of these. k ≥ 1; k ≥ V keeps all.
Tensor keep_top_k(const Tensor& logits, std::int64_t k);

/// Keeps the nucleus: the fewest tokens, likeliest first, whose probabilities sum to p or more (Holtzman et
/// al. 2020, section 3.1). Of equal ones, those with the smaller index come first. 0 ≤ p ≤ 1; 0 keeps the
/// likeliest token, 1 keeps all.
Tensor keep_top_p(const Tensor& logits, double p);

/// Keeps the tokens that are at least min_p times as likely as the likeliest (Nguyen et al. 2024, section 3).
/// 0 ≤ min_p ≤ 1; 0 keeps all.
Tensor keep_min_p(const Tensor& logits, double min_p);

/// Makes tokens that were seen less likely: x → x / penalty if x ≥ 0 (Keskar et al. 2019, section 4.1), and
/// x · penalty if x < 0, where a division would make them likelier. logits (B, V); seen[b] are tokens of row
/// b, of which repetitions change nothing. penalty > 0; 1 changes nothing.
Tensor penalize_repetition(const Tensor& logits, const std::vector<std::vector<std::int64_t>>& seen,
                           double penalty);

}  // namespace xgrad::nn
