// The 32-bit draws of the Mersenne Twister. random_fill.cpp makes uniform and normal numbers of them.

#include <xgrad/core/tensor/generator.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>

namespace xgrad {
namespace {

constexpr std::size_t n = GeneratorState::size;
constexpr std::size_t m = 397;

// The word n places later: w_{k+n} = w_{k+m} ⊕ (upper bit of w_k | lower 31 bits of w_{k+1}) A. The matrix A
// is a shift and, for odd words, a xor.
constexpr std::uint32_t twist(std::uint32_t word, std::uint32_t following, std::uint32_t ahead) {
  const std::uint32_t mixed = (word & 0x80000000u) | (following & 0x7fffffffu);
  return ahead ^ (mixed >> 1) ^ ((0u - (following & 1u)) & 0x9908b0dfu);
}

}  // namespace

void Generator::Stream::refill() {
  auto& w = state_.words;
  for (std::size_t k = 0; k < n - m; ++k) w[k] = twist(w[k], w[k + 1], w[k + m]);
  for (std::size_t k = n - m; k < n - 1; ++k) w[k] = twist(w[k], w[k + 1], w[k + m - n]);
  w[n - 1] = twist(w[n - 1], w[0], w[m - 1]);
  state_.next = 0;
}

void Generator::Stream::random(std::span<std::uint32_t> out) {
  while (!out.empty()) {
    if (state_.next == GeneratorState::size) refill();
    const std::size_t count = std::min(out.size(), GeneratorState::size - state_.next);
    const std::uint32_t* const words = state_.words.data() + state_.next;
    for (std::size_t i = 0; i < count; ++i) out[i] = temper(words[i]);
    state_.next += static_cast<std::uint32_t>(count);
    out = out.subspan(count);
  }
}

void Generator::manual_seed(std::uint64_t seed) {
  GeneratorState state;
  state.seed = seed;
  state.words[0] = static_cast<std::uint32_t>(seed);
  for (std::uint32_t i = 1; i < n; ++i) {
    const std::uint32_t previous = state.words[i - 1];
    state.words[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
  }
  set_state(state);
}

std::uint64_t Generator::initial_seed() const {
  const std::scoped_lock lock(mutex_);
  return state_.seed;
}

std::uint32_t Generator::random() { return Stream(*this).random(); }

std::uint64_t Generator::random64() { return Stream(*this).random64(); }

GeneratorState Generator::state() const {
  const std::scoped_lock lock(mutex_);
  return state_;
}

void Generator::set_state(const GeneratorState& state) {
  if (state.next > n) fail("set_state", "next ", state.next, " is above the ", n, " words of the state");
  const std::scoped_lock lock(mutex_);
  state_ = state;
}

// Never destroyed: the destructor of another static object may draw from it.
Generator& default_generator() {
  static Generator* const generator = new Generator;
  return *generator;
}
[[maybe_unused]] static const Generator& made_at_load = default_generator();  // before any thread forks

void manual_seed(std::uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace xgrad
