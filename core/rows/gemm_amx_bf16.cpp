#include <immintrin.h>

#include <xgrad/core/rows/gemm.hpp>
#include <xgrad/core/rows/pack_amx.hpp>

// The product of BFloat16 with the matrix unit AMX. A tile register holds 16 rows of 64 bytes. The
// instruction tdpbf16ps adds to a tile of 16 × 16 sums the product of a tile of A, 16 rows of 16 pairs, and a
// tile of B, 16 pairs of 16 columns. Two by two tiles of C are computed together: they take as many loads as
// multiplications, and a load takes half the time.
//
// The order is not that of rows/block.hpp. The unit is so fast that the way of C to memory and back would
// cost more than packing. So a block of C stays in the second-level cache until it is done, and is written
// row by row of tiles, since the processor fetches long rows by itself.

namespace xgrad::kernels {
namespace {

constexpr std::int64_t pair_side = 2 * tile_side;  // rows, and columns, of two by two tiles

constexpr std::int64_t block_rows = 256, block_columns = 1024;  // of C: in the second-level cache
constexpr std::int64_t block_depth = 256;   // along k: two panels of A stay in the first-level cache
constexpr std::int64_t kept_depth = 512;    // so much of B, packed, may take room in the second-level cache
constexpr std::int64_t cached_c = 1 << 20;  // elements of C that may be in a cache

// The sizes of the tile registers, as ldtilecfg reads them: all eight are whole.
struct alignas(64) TileSizes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};
constexpr TileSizes whole_tiles;

// C = alpha · A B + beta · C + bias, where A and B lie in tiles. Distances in A and B are in bytes.
struct Block {
  std::int64_t rows, columns;  // of C
  std::int64_t steps;          // tiles along k
  const char* a;
  std::int64_t a_row, a_step, a_panel;  // from one row to the next, one tile along k, and one of 16 rows
  const char* b;
  std::int64_t b_panel;  // from 16 columns to the next
  float alpha, beta;
  const float* bias;  // null for no bias
  float* c;
  std::int64_t c_row_stride;  // in elements
  bool fetches_c;             // C is not in the cache
};

// From whole tiles of sums: two tiles side by side, then those below them.
void finish(const Block& x, const float* sums) {
  using B = Batch<float>;
  const B alpha(x.alpha), beta(x.beta);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    float* const c = x.c + i * x.c_row_stride;
    for (std::int64_t j = 0; j < x.columns; j += tile_side) {
      const float* const sum =
          sums + (i / tile_side * 2 + j / tile_side) * tile_words + i % tile_side * tile_side;
      batches_from<float>(0, smaller(tile_side, x.columns - j), [&](auto at) {
        B value = fma(alpha, at.load(sum), x.bias ? at.load(x.bias + j) : B(0.0F));
        if (x.beta != 0) value = fma(beta, at.load(c + j), value);
        at.store(c + j, value);
      });
    }
  }
}

// R by N tiles of C. Tile registers 0 to 3 hold the sums, 4 and 5 are of A, 6 and 7 of B.
template <int R, int N>
void multiply_tiles(const Block& x) {
  const bool is_whole = x.rows == R * tile_side && x.columns == N * tile_side;
  const bool adds = x.beta == 1 && !x.bias;
  const bool in_place = is_whole && x.alpha == 1 && (adds || x.beta == 0);  // else by `finish`
  const std::int64_t c_row = x.c_row_stride * 4, c_panel = x.c_row_stride * tile_side;

  // With so many steps there is time to fetch C: into the second-level cache, since rows of C often lie a
  // power of two apart and displace each other in the first.
  constexpr std::int64_t worth_prefetching = 4;
  if (x.fetches_c && is_whole && x.steps >= worth_prefetching) {
    repeat<R * tile_side>([&](auto i) {
      repeat<N>([&](auto j) { __builtin_prefetch(x.c + i * x.c_row_stride + j * tile_side, 1, 2); });
    });
  }
  if (in_place && (adds || x.bias)) {  // begin with C, or with the bias in every row
    const float* const first = adds ? x.c : x.bias;
    const std::int64_t row = adds ? c_row : 0, panel = adds ? c_panel : 0;
    _tile_loadd(0, first, row);
    if constexpr (N == 2) _tile_loadd(1, first + tile_side, row);
    if constexpr (R == 2) _tile_loadd(2, first + panel, row);
    if constexpr (R == 2 && N == 2) _tile_loadd(3, first + panel + tile_side, row);
  } else {
    _tile_zero(0);
    if constexpr (N == 2) _tile_zero(1);
    if constexpr (R == 2) _tile_zero(2);
    if constexpr (R == 2 && N == 2) _tile_zero(3);
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
  alignas(64) float sums[4 * tile_words];
  float* const to = in_place ? x.c : sums;
  const std::int64_t row = in_place ? c_row : 64, beside = in_place ? tile_side : tile_words;
  const std::int64_t below = in_place ? c_panel : 2 * tile_words;
  _tile_stored(0, to, row);
  if constexpr (N == 2) _tile_stored(1, to + beside, row);
  if constexpr (R == 2) _tile_stored(2, to + below, row);
  if constexpr (R == 2 && N == 2) _tile_stored(3, to + below + beside, row);
  if (!in_place) finish(x, sums);
}

void multiply_block(const Block& x) {
  for (std::int64_t i = 0; i < x.rows; i += pair_side) {
    Block tiles = x;
    tiles.rows = smaller(pair_side, x.rows - i);
    tiles.a += i / tile_side * x.a_panel;
    tiles.c += i * x.c_row_stride;
    for (std::int64_t j = 0; j < x.columns; j += pair_side) {
      tiles.columns = smaller(pair_side, x.columns - j);
      if (tiles.rows > tile_side) {
        tiles.columns > tile_side ? multiply_tiles<2, 2>(tiles) : multiply_tiles<2, 1>(tiles);
      } else {
        tiles.columns > tile_side ? multiply_tiles<1, 2>(tiles) : multiply_tiles<1, 1>(tiles);
      }
      tiles.b += 2 * x.b_panel;
      tiles.c += pair_side;
      if (tiles.bias) tiles.bias += pair_side;
    }
  }
}

// How a product is divided into blocks. A's rows may lie in memory as in tiles; then A is not packed.
struct Plan {
  bool packs_a;
  std::int64_t rows, columns, depth;  // of a block, in elements
  bool keeps_b;                       // packed, in all its depth, for the next rows of C
  std::int64_t scratch_a, scratch;    // words in a packed block of A, and in both packed blocks

  explicit Plan(const Product<float, BFloat16>& x)
      : packs_a(x.a.column_stride != 1 || x.m % tile_side != 0 || x.k % tile_depth != 0),
        rows(even_block(x.m, block_rows, pair_side)),
        columns(even_block(x.n, block_columns, pair_side)),
        depth(even_block(x.k, block_depth, tile_depth)),
        keeps_b(x.m > rows && columns * x.k <= block_columns * kept_depth),
        scratch_a(packs_a ? tiles_across(rows) * tiles_along(depth) * tile_words : 0),
        scratch(scratch_a + tiles_across(columns) * tiles_along(keeps_b ? x.k : depth) * tile_words) {}
};

// One product, with the memory for both packed blocks.
struct Multiplication {
  const Product<float, BFloat16>& x;
  const Plan& plan;
  float *a_packed, *b_packed;

  void pack_a(const BFloat16* a, std::int64_t rows, std::int64_t depth) const {
    const TileSource source{a, x.a.column_stride, x.a.row_stride, depth, rows};
    pack_tiles(source, a_packed, pack_tile_of_a);
  }
  void pack_b(const BFloat16* b, std::int64_t columns, std::int64_t depth, float* to) const {
    const TileSource source{b, x.b.row_stride, x.b.column_stride, depth, columns};
    pack_tiles(source, to, pack_tile_of_b);
  }

  void run(const BFloat16* first_a, const BFloat16* first_b, float* first_c) const {
    for (std::int64_t j = 0; j < x.n; j += plan.columns) {
      for (std::int64_t i = 0; i < x.m; i += plan.rows) {
        for (std::int64_t p = 0; p < x.k; p += plan.depth) {
          const std::int64_t rows = smaller(plan.rows, x.m - i), columns = smaller(plan.columns, x.n - j);
          const std::int64_t depth = smaller(plan.depth, x.k - p), steps = tiles_along(depth);
          float* const b =
              b_packed + (plan.keeps_b ? tiles_across(columns) * tiles_along(p) * tile_words : 0);
          if (i == 0 || !plan.keeps_b)
            pack_b(first_b + p * x.b.row_stride + j * x.b.column_stride, columns, depth, b);
          const BFloat16* const a = first_a + i * x.a.row_stride + p * x.a.column_stride;
          if (plan.packs_a) pack_a(a, rows, depth);
          const std::int64_t a_row = plan.packs_a ? 64 : 2 * x.a.row_stride;
          asm volatile("" ::: "memory");  // g++ does not know that a tile load reads memory
          multiply_block(
              {.rows = rows,
               .columns = columns,
               .steps = steps,
               .a = reinterpret_cast<const char*>(plan.packs_a ? static_cast<const void*>(a_packed) : a),
               .a_row = a_row,
               .a_step = plan.packs_a ? tile_bytes : 64,
               .a_panel = plan.packs_a ? steps * tile_bytes : tile_side * a_row,
               .b = reinterpret_cast<const char*>(b),
               .b_panel = steps * tile_bytes,
               .alpha = x.alpha,
               .beta = p == 0 ? x.beta : 1,
               .bias = p == 0 && x.bias ? x.bias + j : nullptr,
               .c = first_c + i * x.c_row_stride + j,
               .c_row_stride = x.c_row_stride,
               .fetches_c = p == 0 && x.m * x.n > cached_c});
        }
      }
    }
  }
};

std::int64_t multiply_all(const Product<float, BFloat16>& x, const ProductBatch& batch, float* memory,
                          std::int64_t size) {
  const Plan plan(x);
  if (plan.scratch > size) return plan.scratch;
  const Multiplication product{x, plan, memory, memory + plan.scratch_a};
  _tile_loadconfig(&whole_tiles);
  for (std::int64_t i = 0; i < batch.count; ++i)
    product.run(x.a.first + i * batch.a_step, x.b.first + i * batch.b_step, x.c + i * batch.c_step);
  _tile_release();
  return 0;
}

constexpr MixedGemmRows make_table() { return {.multiply = multiply_all}; }

}  // namespace

XGRAD_ROWS_OF(MixedGemmRows, make_table())

}  // namespace xgrad::kernels
