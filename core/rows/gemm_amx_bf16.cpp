#include <immintrin.h>

#include <xgrad/core/rows/gemm.hpp>
#include <xgrad/core/rows/pack_amx.hpp>
#include <xgrad/core/rows/tile_amx.hpp>

// The product of BFloat16 with the matrix unit AMX. Operands are packed tile by tile (pack_amx.hpp), C is
// computed two by two tiles at a time (tile_amx.hpp).
//
// The loops are not those of rows/block.hpp. AMX is so fast that reading and writing a block of C again would
// take longer than packing A and B again. So k is the innermost loop over blocks: a block of C stays in the
// second-level cache until it is done. A is packed again for each block of columns, B for each block of rows
// unless it is kept. Within a block, tiles follow each other along a row of C, as the hardware prefetcher
// does.

namespace xgrad::kernels {
namespace {

constexpr std::int64_t block_rows = 256, block_columns = 1024;  // of C: 1 MB, half of the second-level cache
constexpr std::int64_t block_depth = 256;   // along k: two panels of packed A stay in the first-level cache
constexpr std::int64_t kept_b = 1 << 19;    // elements of B that stay packed for the next rows
constexpr std::int64_t cached_c = 1 << 20;  // elements: a larger C comes from beyond the second-level cache

void multiply_block(const Block& x) {
  for (std::int64_t i = 0; i < x.rows; i += two_tiles) {
    Block tiles = x;
    tiles.rows = smaller(two_tiles, x.rows - i);
    tiles.a += i / tile_side * x.a_panel;
    tiles.c += i * x.c_row_stride;
    for (std::int64_t j = 0; j < x.columns; j += two_tiles) {
      tiles.columns = smaller(two_tiles, x.columns - j);
      if (tiles.rows > tile_side) {
        tiles.columns > tile_side ? multiply_tiles<2, 2>(tiles) : multiply_tiles<2, 1>(tiles);
      } else {
        tiles.columns > tile_side ? multiply_tiles<1, 2>(tiles) : multiply_tiles<1, 1>(tiles);
      }
      tiles.b += 2 * x.b_panel;
      tiles.c += two_tiles;
      if (tiles.bias) tiles.bias += two_tiles;
    }
  }
}

// How a product is divided into blocks. A is read in place if its rows are contiguous and fill whole tiles.
struct Plan {
  bool packs_a;
  std::int64_t rows, columns, depth;  // of a block: rows and columns of C, depth along k
  bool keeps_b;                       // packed, in all its depth, for the next rows of C
  std::int64_t scratch_a, scratch;    // words in a packed block of A, and in both packed blocks

  explicit Plan(const Product<float, BFloat16>& x)
      : packs_a(x.a.column_stride != 1 || x.m % tile_side != 0 || x.k % tile_depth != 0),
        rows(even_block(x.m, block_rows, two_tiles)),
        columns(even_block(x.n, block_columns, two_tiles)),
        depth(even_block(x.k, block_depth, tile_depth)),
        keeps_b(x.m > rows && columns * x.k <= kept_b),
        scratch_a(packs_a ? tiles_across(rows) * tiles_along(depth) * tile_words : 0),
        scratch(scratch_a + tiles_across(columns) * tiles_along(keeps_b ? x.k : depth) * tile_words) {}
};

// One product, with the memory for both packed blocks.
struct Multiplication {
  const Product<float, BFloat16>& x;
  const Plan& plan;
  float *a_packed, *b_packed;

  void pack_a(const BFloat16* a, std::int64_t rows, std::int64_t depth) const {
    const Source source{a, x.a.column_stride, x.a.row_stride, depth, rows};
    pack_tiles(source, a_packed, pack_tile_of_a);
  }
  void pack_b(const BFloat16* b, std::int64_t columns, std::int64_t depth, float* to) const {
    const Source source{b, x.b.row_stride, x.b.column_stride, depth, columns};
    pack_tiles(source, to, pack_tile_of_b);
  }

  // A bias, or a C that is added to, comes last: sums that began with it would round to its digits.
  void run(const BFloat16* first_a, const BFloat16* first_b, float* first_c) const {
    const bool sums_lie_in_c = x.alpha == 1 && x.beta == 0;  // between the blocks along k
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
               .begins_with_c = sums_lie_in_c && p > 0,
               .alpha = x.alpha,
               .beta = sums_lie_in_c ? 0
                       : p == 0      ? x.beta
                                     : 1,
               .bias = p + depth == x.k && x.bias ? x.bias + j : nullptr,
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
