#pragma once

// The rows of the benchmark, for xgrad and libtorch: names, shapes, and the number of operations.

#include <array>
#include <cstdint>

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
  const char* name;
  std::int64_t B, T, V, d, H, L;
};
inline constexpr std::array steps{
    Step{"tiny", 8, 16, 32, 32, 4, 2},
    Step{"nano", 12, 64, 65, 128, 4, 4},
    Step{"small", 8, 128, 256, 256, 8, 4},
    Step{"gpt2-124M", 4, 64, 50257, 768, 12, 12},
};

/// An op on an (M, N) matrix; for matmul (M, N) @ (N, M).
struct Size {
  const char* name;
  std::int64_t M, N;
};
inline constexpr std::array sizes{Size{"in-cache", 64, 256}, Size{"out-of-cache", 8192, 1024}};
inline constexpr std::array matmul_sizes{Size{"12x32", 12, 32}, Size{"64x256", 64, 256},
                                         Size{"1024x1024", 1024, 1024}};

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

}  // namespace bench
