#include <xgrad/core/rows/gemm.hpp>

#include <xgrad/core/rows/pack.hpp>
#include <xgrad/core/rows/tile.hpp>

// A blocked matrix product after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication". C is computed in tiles whose sums stay in registers while the tile walks along k. Blocks
// of A and B that stay in cache are first copied ("packed") into the order in which the tiles read them,
// unless the copy would cost more than it saves. In the paper's letters, a block of A is m_c (block_rows) by
// k_c (block_depth), a block of B is k_c by n_c (block_columns), and a tile of C, the micro-kernel's result,
// is m_r (tile_rows) by n_r (tile_columns).

namespace xgrad::kernels {
namespace {

constexpr std::int64_t block_rows = 20 * tile_rows;  // of A: a packed block stays in the second-level cache
constexpr std::int64_t block_depth = 256;            // along k: a tile's part of B stays in the first level
constexpr std::int64_t block_columns = 1024;         // of B

// An operand that could be read in place is packed if it is used at least this often. A transposed A is read
// across its rows; packing pays sooner if these are far apart, each in another page of memory.
constexpr std::int64_t worth_packing_b = 4 * tile_rows;  // rows of C
template <class T>
std::int64_t worth_packing_a(const Product<T>& x) {  // columns of C
  constexpr std::int64_t far_apart = 512;
  return tile_columns<T> * (x.a.column_stride == 1 ? 16 : x.a.column_stride >= far_apart ? 2 : 4);
}
// With at most this many rows of C, dot products of rows of A and columns of B cost less than packing B.
constexpr std::int64_t few_rows = 3;

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

template <class T>
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
      tiles<T>.of[rows - 1][batches - 1][rest != 0](tile);
      tile.a += rows * (x.a_packed ? x.depth : x.a_row_stride);
      tile.c += rows * c_row_stride;
    });
  }
}

// Dot products of contiguous rows of A and contiguous columns of B, four columns at a time.
template <class T>
void multiply_by_dots(const Product<T>& x, const T* first_a, const T* first_b, T* first_c) {
  using B = Batch<T>;
  for (std::int64_t i = 0; i < x.m; ++i) {
    const T* a = first_a + i * x.a.row_stride;
    for (std::int64_t j = 0; j < x.n; j += 4) {
      const std::int64_t columns = smaller(4, x.n - j);
      const T* b[4];
      for (std::int64_t q = 0; q < 4; ++q) b[q] = first_b + (j + smaller(q, columns - 1)) * x.b.column_stride;
      B sum[4] = {B(T(0)), B(T(0)), B(T(0)), B(T(0))};
      std::int64_t p = 0;
      for (; p + width<T> <= x.k; p += width<T>) {
        const B factor = load<T>(a + p);
        for (int q = 0; q < 4; ++q) sum[q] = fma(factor, load<T>(b[q] + p), sum[q]);
      }
      if (const std::int64_t rest = x.k - p; rest > 0) {
        const B factor = load_part<T>(a + p, rest, T(0));
        for (int q = 0; q < 4; ++q) sum[q] = fma(factor, load_part<T>(b[q] + p, rest, T(0)), sum[q]);
      }
      T* c = first_c + i * x.c_row_stride + j;
      for (std::int64_t q = 0; q < columns; ++q) {
        const T value = x.alpha * sum_of<T>(sum[q]) + (x.bias ? x.bias[j + q] : T(0));
        c[q] = x.beta == T(0) ? value : value + x.beta * c[q];
      }
    }
  }
}

// How a product is divided into blocks.
template <class T>
struct Plan {
  bool packs_a, packs_b;
  std::int64_t rows, columns, depth;  // of a block
  std::int64_t scratch_a, scratch;    // elements for a packed block of A, and for both packed blocks

  explicit Plan(const Product<T>& x)
      : packs_a(x.n >= worth_packing_a(x)),
        packs_b(x.b.column_stride != 1 || x.m >= worth_packing_b),
        rows(even_block(x.m, block_rows, tile_rows)),
        columns(even_block(x.n, block_columns, tile_columns<T>)),
        depth(even_block(x.k, block_depth, 4)),
        scratch_a(packs_a ? round_up(rows * depth, 64) : 0),
        scratch(scratch_a + (packs_b ? columns * depth : 0)) {}
};

template <class T>
void multiply(const Product<T>& x, const T* first_a, const T* first_b, T* first_c, const Plan<T>& plan,
              T* memory) {
  T* const a_packed = memory;
  T* const b_packed = memory + plan.scratch_a;
  for (std::int64_t j = 0; j < x.n; j += plan.columns) {
    const std::int64_t columns = smaller(plan.columns, x.n - j);
    for (std::int64_t p = 0; p < x.k; p += plan.depth) {
      const std::int64_t depth = smaller(plan.depth, x.k - p);
      const T* b = first_b + p * x.b.row_stride + j * x.b.column_stride;
      if (plan.packs_b) {
        pack(b, x.b.row_stride, x.b.column_stride, depth, full_parts(columns, tile_columns<T>), b_packed);
        b = b_packed;
      }
      for (std::int64_t i = 0; i < x.m; i += plan.rows) {
        const std::int64_t rows = smaller(plan.rows, x.m - i);
        const T* a = first_a + i * x.a.row_stride + p * x.a.column_stride;
        if (plan.packs_a) {
          pack(a, x.a.column_stride, x.a.row_stride, depth, even_parts(rows, tile_rows), a_packed);
          a = a_packed;
        }
        const Block<T> block{.rows = rows,
                             .columns = columns,
                             .depth = depth,
                             .a = a,
                             .a_row_stride = x.a.row_stride,
                             .a_column_stride = x.a.column_stride,
                             .a_packed = plan.packs_a,
                             .b = b,
                             .b_row_stride = x.b.row_stride,
                             .b_packed = plan.packs_b,
                             .bias = p == 0 && x.bias ? x.bias + j : nullptr};
        multiply_block(block, x.alpha, p == 0 ? x.beta : T(1), first_c + i * x.c_row_stride + j,
                       x.c_row_stride);
      }
    }
  }
}

template <class T>
std::int64_t multiply_all(const Product<T>& x, const ProductBatch& batch, T* memory, std::int64_t size) {
  const bool by_dots = x.m <= few_rows && x.a.column_stride == 1 && x.b.row_stride == 1;
  const Plan<T> plan(x);
  if (!by_dots && plan.scratch > size) return plan.scratch;
  for (std::int64_t i = 0; i < batch.count; ++i) {
    const T* a = x.a.first + i * batch.a_step;
    const T* b = x.b.first + i * batch.b_step;
    T* c = x.c + i * batch.c_step;
    by_dots ? multiply_by_dots(x, a, b, c) : multiply(x, a, b, c, plan, memory);
  }
  return 0;
}

template <class T>
constexpr GemmRows<T> make_table() {
  return {.multiply = multiply_all<T>};
}

}  // namespace

XGRAD_ROWS(GemmRows, make_table)

}  // namespace xgrad::kernels
