#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>

#include <xgrad/core/base/fork_mutex.hpp>
#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad {

/// The whole state of a Generator, as a value. Setting a kept state again repeats the draws.
struct GeneratorState {
  static constexpr std::size_t size = 624;

  std::uint64_t seed = 0;                    ///< the argument of `manual_seed`
  std::array<std::uint32_t, size> words{};   ///< the state vector of mt19937
  std::uint32_t next = size;                 ///< the next word to draw; `size` if all are used
  std::optional<double> next_double_normal;  ///< the second of a pair that was drawn for one normal
  std::optional<float> next_float_normal;    ///< as in PyTorch's state; no draw on a CPU uses it

  friend bool operator==(const GeneratorState&, const GeneratorState&) = default;
};

/// A source of random numbers: the Mersenne Twister mt19937, as PyTorch's CPU generator. The same seed and
/// the same calls give the same numbers. Threads may share it: a fill locks it while it draws. fork() waits
/// for the lock, and the child continues with the same numbers as its parent.
class Generator {
 public:
  static constexpr std::uint64_t default_seed = 67280421310721;  ///< as in PyTorch

  explicit Generator(std::uint64_t seed = default_seed) { manual_seed(seed); }
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Starts again. mt19937 uses only the lower 32 bits of the seed: w_0 = seed,
  /// w_i = 1812433253 (w_{i-1} ⊕ (w_{i-1} ≫ 30)) + i  (Matsumoto & Nishimura, 2002).
  void manual_seed(std::uint64_t seed);
  std::uint64_t initial_seed() const;

  std::uint32_t random();    ///< 32 random bits
  std::uint64_t random64();  ///< 64 random bits: two draws, the upper half first

  GeneratorState state() const;
  void set_state(const GeneratorState& state);

  /// The state as Tensors, for a file: int64 `seed` (its 64 bits), `words`, `next`, and for each normal that
  /// is kept a float64 `next_double_normal`, `next_float_normal`.
  NamedTensors state_dict() const;
  /// Throws `std::invalid_argument` that names all that is wrong; then nothing has changed.
  void load_state_dict(const NamedTensors& state);

  class Stream;

 private:
  mutable ForkMutex mutex_{ForkMutex::Level::generator};
  GeneratorState state_;
};

/// A Generator locked for many draws in a row, for kernels. It holds the lock for its whole life. In that
/// time its thread draws from the Stream alone: a call of the Generator would wait for the lock forever. Nor
/// may the thread lock, construct or destroy another Generator, or fork.
class Generator::Stream {
 public:
  [[nodiscard]] explicit Stream(Generator& generator) : lock_(generator.mutex_), state_(generator.state_) {}

  std::uint32_t random() {
    if (state_.next == GeneratorState::size) refill();
    return temper(state_.words[state_.next++]);
  }

  std::uint64_t random64() {
    const std::uint64_t upper = random();
    return upper << 32 | random();
  }

  /// The next draws, as many as `out` holds: the same numbers as random() gives, in less time.
  void random(std::span<std::uint32_t> out);

  /// The second normal of the last pair. The caller takes it out or puts one in.
  std::optional<double>& next_normal() { return state_.next_double_normal; }

 private:
  // Spreads the bits of one word, so every bit of the output is equally random.
  static constexpr std::uint32_t temper(std::uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
  void refill();

  std::scoped_lock<ForkMutex> lock_;
  GeneratorState& state_;
};

/// The Generator that factories and modules use by default. It starts with `Generator::default_seed`.
Generator& default_generator();

/// Seeds the default Generator.
void manual_seed(std::uint64_t seed);

}  // namespace xgrad
