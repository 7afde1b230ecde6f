#pragma once

// Two by two tiles of a product on AMX. For rows/gemm_amx_bf16.cpp only.
//
// A tile register holds 16 rows of 64 bytes. The instruction tdpbf16ps adds to a tile of 16 × 16 sums the
// product of a tile of A, 16 rows of 16 pairs, and a tile of B, 16 pairs of 16 columns. Two by two tiles of C
// take as many loads as multiplications, and a load takes half the time.

#include <immintrin.h>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/pack_amx.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t two_tiles = 2 * tile_side;  // rows, and columns, that are computed together

// The sizes of the tile registers, as ldtilecfg reads them: all eight are whole.
struct alignas(64) TileSizes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileSizes whole_tiles;

// Sums = A B, or C + A B, where A and B lie in tiles; then C = alpha · sums + beta · C + bias. Distances in A
// and B are in bytes.
struct Block {
  std::int64_t rows, columns;  // of C
  std::int64_t steps;          // tiles along k
  const char* a;
  std::int64_t a_row, a_step, a_panel;  // from one row to the next, one tile along k, and one of 16 rows
  const char* b;
  std::int64_t b_panel;  // from 16 columns to the next
  bool begins_with_c;
  float alpha, beta;
  const float* bias;  // null for no bias
  float* c;
  std::int64_t c_row_stride;  // in elements
  bool fetches_c;             // C is so large that it is not expected in the cache
};

// Calls function(at, i, j, sum) for each batch of C's rows: `sum` is that of element (i, j). The sums are
// four whole tiles: two side by side, then the two below.
template <class Function>
void for_each_batch(const Block& x, float* sums, Function function) {
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t j = 0; j < x.columns; j += tile_side) {
      float* const tile = sums + (i / tile_side * 2 + j / tile_side) * tile_words;
      batches_from<float>(0, smaller(tile_side, x.columns - j),
                          [&](auto at) { function(at, i, j, tile + i % tile_side * tile_side); });
    }
  }
}

void copy_c(const Block& x, float* sums) {
  for_each_batch(x, sums, [&](auto at, std::int64_t i, std::int64_t j, float* sum) {
    at.store(sum, at.load(x.c + i * x.c_row_stride + j));
  });
}

void finish(const Block& x, float* sums) {
  using B = Batch<float>;
  const B alpha(x.alpha), beta(x.beta);
  for_each_batch(x, sums, [&](auto at, std::int64_t i, std::int64_t j, const float* sum) {
    float* const c = x.c + i * x.c_row_stride + j;
    B value = fma(alpha, at.load(sum), x.bias ? at.load(x.bias + j) : B(0.0F));
    if (x.beta != 0) value = fma(beta, at.load(c), value);
    at.store(c, value);
  });
}

// Where two by two tiles lie in memory. Distances are in elements.
struct Place {
  float* first;
  std::int64_t row, beside, below;
};

// R by N tiles. Tile registers 0 to 3 hold the sums.
template <int R, int N>
void zero_sums() {
  _tile_zero(0);
  if constexpr (N == 2) _tile_zero(1);
  if constexpr (R == 2) _tile_zero(2);
  if constexpr (R == 2 && N == 2) _tile_zero(3);
}
template <int R, int N>
void load_sums(const Place& at) {
  _tile_loadd(0, at.first, 4 * at.row);
  if constexpr (N == 2) _tile_loadd(1, at.first + at.beside, 4 * at.row);
  if constexpr (R == 2) _tile_loadd(2, at.first + at.below, 4 * at.row);
  if constexpr (R == 2 && N == 2) _tile_loadd(3, at.first + at.below + at.beside, 4 * at.row);
}
template <int R, int N>
void store_sums(const Place& at) {
  _tile_stored(0, at.first, 4 * at.row);
  if constexpr (N == 2) _tile_stored(1, at.first + at.beside, 4 * at.row);
  if constexpr (R == 2) _tile_stored(2, at.first + at.below, 4 * at.row);
  if constexpr (R == 2 && N == 2) _tile_stored(3, at.first + at.below + at.beside, 4 * at.row);
}

// R by N tiles of C. Each element is computed in the same way whether its tile is whole or not: which tiles
// are whole depends on the number of threads. Tile registers 4 and 5 are of A, 6 and 7 of B.
template <int R, int N>
void multiply_tiles(const Block& x) {
  alignas(64) float sums[4 * tile_words];
  const Place in_c{x.c, x.c_row_stride, tile_side, tile_side * x.c_row_stride};
  const Place in_sums{sums, tile_side, tile_words, 2 * tile_words};
  const bool is_whole = x.rows == R * tile_side && x.columns == N * tile_side;

  // With so many steps there is time to fetch C: into the second-level cache, since rows of C often lie a
  // power of two apart and displace each other in the first.
  constexpr std::int64_t worth_prefetching = 4;
  if (x.fetches_c && is_whole && x.steps >= worth_prefetching) {
    repeat<R * tile_side>([&](auto i) {
      repeat<N>([&](auto j) { __builtin_prefetch(x.c + i * x.c_row_stride + j * tile_side, 0, 2); });
    });
  }
  if (x.begins_with_c) {
    if (!is_whole) copy_c(x, sums);
    asm volatile("" ::: "memory");  // g++ does not know that a tile load reads memory
    load_sums<R, N>(is_whole ? in_c : in_sums);
  } else {
    zero_sums<R, N>();
  }
  const char *a = x.a, *b = x.b;
  for (std::int64_t p = 0; p < x.steps; ++p, a += x.a_step, b += tile_bytes) {
    _tile_loadd(4, a, x.a_row);
    _tile_loadd(6, b, 64);
    _tile_dpbf16ps(0, 4, 6);
    if constexpr (N == 2) {
      _tile_loadd(7, b + x.b_panel, 64);
      _tile_dpbf16ps(1, 4, 7);
    }
    if constexpr (R == 2) {
      _tile_loadd(5, a + x.a_panel, x.a_row);
      _tile_dpbf16ps(2, 5, 6);
    }
    if constexpr (R == 2 && N == 2) _tile_dpbf16ps(3, 5, 7);
  }
  const bool is_finished = x.alpha == 1 && x.beta == 0 && !x.bias;
  if (is_whole && is_finished) return store_sums<R, N>(in_c);
  store_sums<R, N>(in_sums);
  finish(x, sums);
}

}  // namespace
}  // namespace xgrad::kernels
