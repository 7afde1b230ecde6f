#pragma once

// The rows of the benchmark, for xgrad and libtorch: names, shapes, and the number of operations.

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bench {

/// Self-attention of x (B, T, d) with H heads.
struct Attention {
  const char* name;
  std::int64_t B, T, d, H;
};
inline constexpr std::array attentions{
    Attention{"seed", 2, 6, 32, 4},     Attention{"toy", 16, 32, 64, 4},     Attention{"mid", 8, 128, 256, 8},
    Attention{"gpt2", 4, 256, 768, 12}, Attention{"long", 1, 1024, 768, 12},
};
/// Rows that are also measured with attention as one node.
inline constexpr std::array fused_attentions{attentions[2], attentions[3], attentions[4]};

/// A GPT's training step: forward, cross entropy, backward, AdamW.
struct Step {
  const char* name = "";
  std::int64_t B = 1, T = 1, V = 1, d = 1, H = 1, L = 1;
  bool fused_attention = false;
};
inline constexpr std::array steps{
    Step{"tiny", 8, 16, 32, 32, 4, 2},
    Step{"nano", 12, 64, 65, 128, 4, 4},
    Step{"small", 8, 128, 256, 256, 8, 4},
    Step{"gpt2-124M", 4, 64, 50257, 768, 12, 12},
};

/// The row whose step is also recorded once and replayed.
inline constexpr Step recorded_step = steps[0];

/// The same for a network of three layers, with ReLU between them.
struct MlpStep {
  const char* name;
  std::int64_t B, inputs, hidden, classes;
};
inline constexpr std::array mlp_steps{MlpStep{"mlp", 32, 64, 128, 10}};

/// An op on an (M, N) matrix; for matmul (M, N) @ (N, M).
struct Size {
  const char* name;
  std::int64_t M, N;
};
inline constexpr std::array sizes{Size{"in-cache", 64, 256}, Size{"out-of-cache", 8192, 1024}};
inline constexpr std::array matmul_sizes{Size{"12x32", 12, 32}, Size{"64x256", 64, 256},
                                         Size{"1024x1024", 1024, 1024}};

/// A GPT with a tied head continues one prompt, greedily and on a cache. Reading the prompt is not measured.
struct Decoding {
  const char* name;
  std::int64_t V, d, H, L, context, prompt, tokens;
};
inline constexpr std::array decodings{
    Decoding{"d64", 256, 64, 4, 2, 256, 16, 240},
    Decoding{"d128", 256, 128, 4, 4, 256, 16, 240},
    Decoding{"d256", 256, 256, 8, 4, 256, 16, 240},
    Decoding{"gpt2-124M", 50257, 768, 12, 12, 1024, 128, 128},
};
/// Rows that are also measured without a cache: each token reads all tokens before it again.
inline constexpr std::array uncached_decodings{decodings[0], decodings[1], decodings[2]};

inline std::vector<std::int64_t> prompt_of(const Decoding& x) {
  std::vector<std::int64_t> tokens;
  for (std::int64_t i = 0; i < x.prompt; ++i) tokens.push_back((7 * i + 3) % x.V);
  return tokens;
}

/// The same weights for both sides, so that they choose the same tokens (SplitMix64, Steele et al. 2014).
class WeightDraws {
 public:
  /// Fills a weight of `size` numbers, for `inputs` inputs, uniformly in ±1/√inputs.
  void fill(float* weight, std::int64_t size, std::int64_t inputs) {
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    for (std::int64_t i = 0; i < size; ++i)
      weight[i] = static_cast<float>(bound * (std::ldexp(static_cast<double>(next() >> 11), -52) - 1));
  }

 private:
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  std::uint64_t state_ = 0;
};

// Floating-point operations; a multiplication and an addition count as two. The backward pass of a product
// takes two more products.

inline double flops(const Attention& a) {
  const double projections = 4 * 2.0 * static_cast<double>(a.B * a.T * a.d * a.d);
  const double heads = 2 * 2.0 * static_cast<double>(a.B * a.T * a.T * a.d);
  return projections + heads;
}

inline double flops(const Step& s) {
  const double attention = flops(Attention{s.name, s.B, s.T, s.d, s.H});
  const double feed_forward = 2 * 2.0 * static_cast<double>(s.B * s.T * s.d * 4 * s.d);
  const double head = 2.0 * static_cast<double>(s.B * s.T * s.d * s.V);
  return 3 * (static_cast<double>(s.L) * (attention + feed_forward) + head);
}

/// Of the products of all new tokens, with `context` as the number of keys.
inline double flops(const Decoding& x) {
  const double layer = 2.0 * static_cast<double>(12 * x.d * x.d + 2 * x.context * x.d);
  const double head = 2.0 * static_cast<double>(x.d * x.V);
  return static_cast<double>(x.tokens) * (static_cast<double>(x.L) * layer + head);
}

}  // namespace bench
