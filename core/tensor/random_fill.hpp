#pragma once

#include <cstdint>
#include <span>

#include <xgrad/core/tensor/generator.hpp>

namespace xgrad::kernels {

// Random numbers into contiguous memory: the numbers of PyTorch's CPU generator for the same seed and the
// same calls. Each call checks its arguments, then locks the Generator while it draws. An empty span draws
// nothing. T is float or double.

/// x = u (to - from) + from, with u uniform in [0, 1) and as many bits as the type's significand: 24 of one
/// 32-bit draw, 53 of one 64-bit draw. Rounded once, as by PyTorch's fused multiply-add.
template <class T>
void fill_uniform(std::span<T> out, double from, double to, Generator& generator);

/// Box–Muller: x = √(-2 ln(1 - u₁)) cos(2π u₂) std + mean, and with the sine for the second of a pair. Fewer
/// than 16 values are drawn pair by pair in double, and the Generator keeps an unused second. From 16 on, u₁
/// and u₂ are the halves of blocks of 16, in the type itself; if the size is no multiple of 16, the last 16
/// values are drawn again.
template <class T>
void fill_normal(std::span<T> out, double mean, double std, Generator& generator);

/// low + draw mod (high - low): integers in [low, high). A 32-bit draw each, or a 64-bit draw if high - low
/// is 2^32 or more.
void fill_randint(std::span<std::int64_t> out, std::int64_t low, std::int64_t high, Generator& generator);

/// u < p, with u uniform in [0, 1) and 53 bits: true with probability p. Dropout uses p = 1 - p_drop for its
/// mask, in every dtype.
void fill_bernoulli(std::span<bool> out, double p, Generator& generator);

/// x = -ln(1 - u) / rate, with u uniform in [0, 1) and 53 bits.
template <class T>
void fill_exponential(std::span<T> out, double rate, Generator& generator);

}  // namespace xgrad::kernels
