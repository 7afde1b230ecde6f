#pragma once

// A blocked matrix product after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication". C is computed in tiles whose sums stay in registers while the tile walks along k. Blocks
// of A and B that stay in cache are first copied ("packed") into the order in which the tiles read them,
// unless the copy would cost more than it saves. In the paper's letters, a block of A is m_c (block_rows) by
// k_c (block_depth), a block of B is k_c by n_c (block_columns), and a tile of C, the micro-kernel's result,
// is m_r (tile_rows) by n_r (tile_columns).
//
// For rows/gemm*.cpp only.

#include <type_traits>

#include <xgrad/core/rows/gemm.hpp>
#include <xgrad/core/rows/pack.hpp>
#include <xgrad/core/rows/tile.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t block_rows = 20 * tile_rows;  // of A: a packed block stays in the second-level cache
constexpr std::int64_t block_depth = 256;     // steps along k: a tile's part of B stays in the first level
constexpr std::int64_t block_columns = 1024;  // of B

// B is packed if at least so many rows of C read it, unless its rows begin within `near_bytes`: then it stays
// in the first-level cache where it lies.
constexpr std::int64_t worth_packing_b = 4 * tile_rows;
constexpr std::int64_t near_bytes = 16384;
template <class T, class Of>
bool is_near(const Product<T, Of>& x) {
  return x.k * x.b.row_stride * static_cast<std::int64_t>(sizeof(T)) <= near_bytes;
}
// A is packed if C has at least so many columns. A transposed A is read across its rows; packing pays sooner
// if these are far apart, each in another page of memory.
template <class T, class Of>
std::int64_t worth_packing_a(const Product<T, Of>& x) {
  constexpr std::int64_t far_apart = 512;
  return tile_columns<T> * (x.a.column_stride == 1 ? 16 : x.a.column_stride >= far_apart ? 2 : 4);
}

static_assert(tile_columns<float> <= widest_panel && tile_rows <= widest_panel);

// A block of A's rows and a block of B's columns, packed or in place.
template <class T>
struct Block {
  std::int64_t rows, columns, depth;
  const T* a;
  std::int64_t a_row_stride, a_column_stride;
  bool a_packed;
  const T* b;
  std::int64_t b_row_stride;
  bool b_packed;
  const T* bias;  // null if an earlier block along k has added it
};

// `Steps` says what one step along k is. Both files that compute products have their own:
//   Steps::elements         how many elements along k a step takes: one, or a pair
//   Steps::count(depth)     the steps of `depth` elements
//   Steps::step(x, y, sum)  sum + x · y of these elements
//   Steps::pack(...)        copies panels into the order of the tiles
// A Block's depth is counted in steps, a Plan's in elements.

// C = alpha · A B + beta · C + bias, tile by tile.
template <class Steps, class T>
void multiply_block(const Block<T>& x, T alpha, T beta, T* c, std::int64_t c_row_stride) {
  const Parts tile_heights = even_parts(x.rows, tile_rows);
  for (std::int64_t j = 0; j < x.columns; j += tile_columns<T>) {
    const std::int64_t columns = smaller(tile_columns<T>, x.columns - j);
    const std::int64_t rest = columns % width<T>, batches = (columns + width<T> - 1) / width<T>;
    Tile<T> tile{.depth = x.depth,
                 .a = x.a,
                 .a_row_stride = x.a_packed ? 1 : x.a_row_stride,
                 .a_column_stride = x.a_column_stride,
                 .b = x.b_packed ? x.b + j * x.depth : x.b + j,
                 .b_row_stride = x.b_packed ? columns : x.b_row_stride,
                 .alpha = alpha,
                 .beta = beta,
                 .bias = x.bias ? x.bias + j : nullptr,
                 .c = c + j,
                 .c_row_stride = c_row_stride,
                 .rest = rest};
    for_each_part(tile_heights, [&](std::int64_t, std::int64_t rows) {
      if (x.a_packed) tile.a_column_stride = rows;
      tiles<T, Steps>.of[rows - 1][batches - 1][rest != 0](tile);
      tile.a += rows * (x.a_packed ? x.depth : x.a_row_stride);
      tile.c += rows * c_row_stride;
    });
  }
}

// How a product is divided into blocks.
template <class Steps>
struct Plan {
  bool packs_a, packs_b;
  std::int64_t rows, columns, depth;  // of a block, in elements
  std::int64_t scratch_a, scratch;    // numbers in a packed block of A, and in both packed blocks

  template <class T, class Of>
  explicit Plan(const Product<T, Of>& x)  // the 64 puts B's block at the start of a cache line
      : packs_a(!std::is_same_v<T, Of> || x.n >= worth_packing_a(x)),
        packs_b(!std::is_same_v<T, Of> || x.b.column_stride != 1 || (x.m >= worth_packing_b && !is_near(x))),
        rows(even_block(x.m, block_rows, tile_rows)),
        columns(even_block(x.n, block_columns, tile_columns<T>)),
        depth(even_block(Steps::count(x.k), block_depth, 4) * Steps::elements),
        scratch_a(packs_a ? round_up(rows * Steps::count(depth), 64) : 0),
        scratch(scratch_a + (packs_b ? columns * Steps::count(depth) : 0)) {}
};

// An operand that a tile reads where it lies. Another type than the tile's is always packed.
template <class T>
const T* in_place(const T* x) {
  return x;
}
inline const float* in_place(const BFloat16* /*x*/) { return nullptr; }

template <class Steps, class T, class Of>
void multiply(const Product<T, Of>& x, const Of* first_a, const Of* first_b, T* first_c,
              const Plan<Steps>& plan, T* memory) {
  T* const a_packed = memory;
  T* const b_packed = memory + plan.scratch_a;
  for (std::int64_t j = 0; j < x.n; j += plan.columns) {
    const std::int64_t columns = smaller(plan.columns, x.n - j);
    for (std::int64_t p = 0; p < x.k; p += plan.depth) {
      const std::int64_t depth = smaller(plan.depth, x.k - p);
      const Of* b = first_b + p * x.b.row_stride + j * x.b.column_stride;
      if (plan.packs_b) {
        Steps::pack(b, x.b.row_stride, x.b.column_stride, depth, full_parts(columns, tile_columns<T>),
                    b_packed);
      }
      for (std::int64_t i = 0; i < x.m; i += plan.rows) {
        const std::int64_t rows = smaller(plan.rows, x.m - i);
        const Of* a = first_a + i * x.a.row_stride + p * x.a.column_stride;
        if (plan.packs_a) {
          Steps::pack(a, x.a.column_stride, x.a.row_stride, depth, even_parts(rows, tile_rows), a_packed);
        }
        const Block<T> block{.rows = rows,
                             .columns = columns,
                             .depth = Steps::count(depth),
                             .a = plan.packs_a ? a_packed : in_place(a),
                             .a_row_stride = x.a.row_stride,
                             .a_column_stride = x.a.column_stride,
                             .a_packed = plan.packs_a,
                             .b = plan.packs_b ? b_packed : in_place(b),
                             .b_row_stride = x.b.row_stride,
                             .b_packed = plan.packs_b,
                             .bias = p == 0 && x.bias ? x.bias + j : nullptr};
        multiply_block<Steps>(block, x.alpha, p == 0 ? x.beta : T(1), first_c + i * x.c_row_stride + j,
                              x.c_row_stride);
      }
    }
  }
}

}  // namespace
}  // namespace xgrad::kernels
