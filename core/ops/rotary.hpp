#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// Which elements of a row form pair i of n.
enum class RotaryPairs {
  interleaved,  ///< (2i, 2i + 1), as in the paper and in GPT-J
  halves,       ///< (i, i + n), as in GPT-NeoX and Llama
};

/// x (..., d) with its first 2n elements as n pairs, each rotated by an angle of its own (Su et al. 2021,
/// "RoFormer", section 3.4.2): (a, b) becomes (a cos θ − b sin θ, a sin θ + b cos θ). The other elements
/// stay. cos and sin are of x's dtype and constant; they broadcast to (..., n), 2n ≤ d. `nn::RoPE` makes them
/// from positions.
Variable rotary(const Variable& x, const Tensor& cos, const Tensor& sin,
                RotaryPairs pairs = RotaryPairs::interleaved);

}  // namespace xgrad
