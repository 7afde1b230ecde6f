#pragma once

// Shared by the tests of random numbers: the values of one fill as a vector.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <xgrad/core/tensor/random_fill.hpp>

namespace xgrad {

// The values of one fill. An array, because a vector<bool> has no span.
template <class T, class Fill>
std::vector<T> drawn(std::size_t size, Fill fill) {
  const auto values = std::make_unique<T[]>(size);
  fill(std::span<T>(values.get(), size));
  return std::vector<T>(values.get(), values.get() + size);
}

template <class T>
std::vector<T> uniforms(Generator& g, std::size_t size, double from = 0, double to = 1) {
  return drawn<T>(size, [&](std::span<T> out) { kernels::fill_uniform(out, from, to, g); });
}
template <class T>
std::vector<T> normals(Generator& g, std::size_t size, double mean = 0, double std = 1) {
  return drawn<T>(size, [&](std::span<T> out) { kernels::fill_normal(out, mean, std, g); });
}
inline std::vector<std::int64_t> integers(Generator& g, std::size_t size, std::int64_t low,
                                          std::int64_t high) {
  return drawn<std::int64_t>(size,
                             [&](std::span<std::int64_t> out) { kernels::fill_randint(out, low, high, g); });
}
template <class T>
std::vector<T> exponentials(Generator& g, std::size_t size, double rate) {
  return drawn<T>(size, [&](std::span<T> out) { kernels::fill_exponential(out, rate, g); });
}
inline std::vector<bool> mask(Generator& g, std::size_t size, double p) {
  return drawn<bool>(size, [&](std::span<bool> out) { kernels::fill_bernoulli(out, p, g); });
}

}  // namespace xgrad
