#pragma once

#include <cstdint>
#include <span>

#include <xgrad/core/tensor/generator.hpp>

namespace xgrad::kernels {

/// Random numbers into contiguous memory: the numbers PyTorch's CPU gives for the same seed and the same
/// calls. Each call locks the Generator while it draws. Arguments are checked before; an empty span draws
/// nothing.

/// x = u (to - from) + from, u uniform in [0, 1) with as many bits as the type's significand: 24 of one
/// 32-bit draw, 53 of one 64-bit draw. Rounded once, as PyTorch's fused multiply-add does.
void fill_uniform(std::span<float> out, double from, double to, Generator& generator);
void fill_uniform(std::span<double> out, double from, double to, Generator& generator);

/// Box–Muller: x = √(-2 ln(1 - u₁)) cos(2π u₂) std + mean; its pair takes the sine. Below 16 values one pair
/// at a time, in double; the Generator keeps an unused second. From 16 on u₁ and u₂ are the halves of blocks
/// of 16, in the type itself, and the last 16 values are drawn anew when the size is no multiple of 16.
void fill_normal(std::span<float> out, double mean, double std, Generator& generator);
void fill_normal(std::span<double> out, double mean, double std, Generator& generator);

/// low + draw mod (high - low): integers in [low, high). One 32-bit draw each, a 64-bit one where high - low
/// is 2^32 or more. float and double take the same draws; there low and high must be exact in the type.
void fill_randint(std::span<std::int64_t> out, std::int64_t low, std::int64_t high, Generator& generator);
void fill_randint(std::span<float> out, std::int64_t low, std::int64_t high, Generator& generator);
void fill_randint(std::span<double> out, std::int64_t low, std::int64_t high, Generator& generator);

/// u < p, u uniform in [0, 1) with 53 bits: true with probability p. Dropout's mask in every dtype is the one
/// of p = 1 - p_drop.
void fill_bernoulli(std::span<bool> out, double p, Generator& generator);

/// x = -ln(1 - u) / rate, u uniform in [0, 1) with 53 bits. One draw from the weights w (rows of a
/// multinomial) is argmax_i w_i / x_i with rate 1.
void fill_exponential(std::span<float> out, double rate, Generator& generator);
void fill_exponential(std::span<double> out, double rate, Generator& generator);

}  // namespace xgrad::kernels
