#pragma once

// Copies operands of BFloat16 into the tiles of AMX. For rows/gemm_amx_bf16.cpp only.
//
// A word of 32 bits holds a pair: two neighbours along k. Row p and column q of a tile of B hold pair p of
// column q of B. Row q and column p of a tile of A hold pair p of row q of A: one is the transpose of the
// other. The rest of the last tile along k is filled with zeros. Across, it may hold anything: those sums
// are not used.

#include <immintrin.h>

#include <xgrad/core/rows/pack.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t tile_side = 16;              // words in a row of a tile, and rows
constexpr std::int64_t tile_depth = 2 * tile_side;  // elements along k
constexpr std::int64_t tile_words = tile_side * tile_side;
constexpr std::int64_t tile_bytes = 4 * tile_words;

constexpr std::int64_t tiles_along(std::int64_t k) { return (k + tile_depth - 1) / tile_depth; }
constexpr std::int64_t tiles_across(std::int64_t n) { return (n + tile_side - 1) / tile_side; }

// A part of an operand: `depth` elements along k of `count` rows (of A) or columns (of B). The functions that
// pack a tile take at most one tile of it.
struct Source {
  const BFloat16* first;
  std::int64_t depth_step, step;  // from one element to the next along k, and across; one of them is 1
  std::int64_t depth, count;

  bool is_whole() const { return depth == tile_depth && count == tile_side; }
};

// For an operand whose elements along k are contiguous: row q of `words` is its row (or column) q.
inline void copy_pairs(const Source& x, float* words) {
  const __mmask32 present = x.depth == tile_depth ? ~0U : (1U << x.depth) - 1;
  for (std::int64_t q = 0; q < x.count; ++q)
    _mm512_storeu_si512(words + q * tile_side, _mm512_maskz_loadu_epi16(present, x.first + q * x.step));
}

// A row of words: the elements at `low` in the lower halves, those at `high` in the upper ones. `load` widens
// 16 of them to 32 bits.
template <class Load>
inline __m512i interleaved(const BFloat16* low, const BFloat16* high, Load load) {
  return _mm512_or_si512(load(low), _mm512_slli_epi32(load(high), 16));
}

// For an operand that is contiguous across: row p of `words` is pair p of all its rows (or columns).
inline void interleave_pairs(const Source& x, float* words) {
  const BFloat16* row = x.first;
  if (x.is_whole()) {
    const auto load = [](const BFloat16* y) {
      return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(y)));
    };
#pragma GCC unroll 2  // g++ would unroll all of it and run out of registers
    for (int p = 0; p < tile_side; ++p, row += 2 * x.depth_step)
      _mm512_store_si512(words + p * tile_side, interleaved(row, row + x.depth_step, load));
    return;
  }
  const auto present = static_cast<__mmask16>((1U << x.count) - 1);
  const auto load = [&](const BFloat16* y) {
    return y ? _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(present, y)) : _mm512_setzero_si512();
  };
  for (std::int64_t p = 0; p < tile_side; ++p, row += 2 * x.depth_step) {
    const BFloat16* const low = 2 * p < x.depth ? row : nullptr;
    const BFloat16* const high = 2 * p + 1 < x.depth ? row + x.depth_step : nullptr;
    _mm512_store_si512(words + p * tile_side, interleaved(low, high, load));
  }
}

// to(p, q) = from(q, p).
inline void transpose_words(const float* from, std::int64_t step, float* to) {
  for (int p = 0; p < tile_side; p += 4)
    transpose_four_columns<float, tile_side>(from + p, step, to + p * tile_side, tile_side);
}

inline void pack_tile_of_a(const Source& x, float* to) {
  if (x.depth_step == 1) return copy_pairs(x, to);
  alignas(64) float words[tile_words];
  interleave_pairs(x, words);
  transpose_words(words, tile_side, to);
}

inline void pack_tile_of_b(const Source& x, float* to) {
  if (x.depth_step != 1) return interleave_pairs(x, to);
  const bool are_words = x.step % 2 == 0 && reinterpret_cast<std::uintptr_t>(x.first) % sizeof(float) == 0;
  if (x.is_whole() && are_words) {
    return transpose_words(reinterpret_cast<const float*>(x.first), x.step / 2, to);
  }
  alignas(64) float words[tile_words];
  copy_pairs(x, words);
  transpose_words(words, tile_side, to);
}

// Panels of 16 rows or columns; a panel holds its tiles in order along k. The operand is read in the order in
// which it lies in memory.
template <class PackTile>
void pack_tiles(const Source& all, float* to, PackTile pack_tile) {
  const std::int64_t steps = tiles_along(all.depth), panels = tiles_across(all.count);
  const auto pack = [&](std::int64_t q, std::int64_t p) {
    pack_tile({.first = all.first + q * tile_side * all.step + p * tile_depth * all.depth_step,
               .depth_step = all.depth_step,
               .step = all.step,
               .depth = smaller(tile_depth, all.depth - p * tile_depth),
               .count = smaller(tile_side, all.count - q * tile_side)},
              to + (q * steps + p) * tile_words);
  };
  if (all.depth_step == 1) {
    for (std::int64_t q = 0; q < panels; ++q)
      for (std::int64_t p = 0; p < steps; ++p) pack(q, p);
  } else {
    for (std::int64_t p = 0; p < steps; ++p)
      for (std::int64_t q = 0; q < panels; ++q) pack(q, p);
  }
}

}  // namespace
}  // namespace xgrad::kernels
