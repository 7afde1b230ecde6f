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
// So many rows by four columns of sums fit the registers, with a factor for each row.
#if defined(XGRAD_HAVE_XSIMD) && defined(__AVX512F__)
constexpr int dot_rows = 4;
#else
constexpr int dot_rows = 2;
#endif
// Whether dot products of rows of A and columns of B cost less than packing B: with few rows of C, which must
// be long enough if they are more than three. Sums are then in another order, so a thread's share does not
// decide.
template <class T>
bool dots_are_faster(const Product<T>& x) {
  const std::int64_t m = x.all_rows > 0 ? x.all_rows : x.m;
  return m <= 3 || (m <= 2 * dot_rows && x.k >= 16 * m);
}

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

constexpr std::int64_t dot_columns = 64;  // whose sums are finished together

// Dot products of R contiguous rows of A and up to dot_columns contiguous columns of B, four at a time.
template <class T, int R>
void multiply_dots(const Product<T>& x, const T* a, const T* b, std::int64_t columns, T* c, const T* bias) {
  using B = Batch<T>;
  T sums[R][dot_columns];
  for (std::int64_t j = 0; j < columns; j += 4) {
    const T* column[4];  // those beyond the last one repeat it
    repeat<4>([&](auto q) { column[q] = b + smaller(j + q, columns - 1) * x.b.column_stride; });
    B sum[R][4];
    repeat<R>([&](auto r) { repeat<4>([&](auto q) { sum[r][q] = B(T(0)); }); });
    batches_from<T>(0, x.k, [&](auto at) {
      B factor[R];
      repeat<R>([&](auto r) { factor[r] = at.load(a + r * x.a.row_stride); });
      repeat<4>([&](auto q) {
        const B shared = at.load(column[q]);
        repeat<R>([&](auto r) { sum[r][q] = fma(factor[r], shared, sum[r][q]); });
      });
    });
    repeat<R>([&](auto r) { sums_of_four<T>(sum[r], sums[r] + j); });
  }
  const B alpha(x.alpha), beta(x.beta);
  for (int r = 0; r < R; ++r, c += x.c_row_stride) {
    batches_from<T>(0, columns, [&](auto at) {
      B value = fma(alpha, at.load(sums[r]), bias ? at.load(bias) : B(T(0)));
      if (x.beta != T(0)) value = fma(beta, at.load(c), value);
      at.store(c, value);
    });
  }
}

// Each column of B comes from memory once, for all rows of A.
template <class T>
void multiply_by_dots(const Product<T>& x, const T* a, const T* b, T* c) {
  for (std::int64_t j = 0; j < x.n; j += dot_columns) {
    for (std::int64_t i = 0; i < x.m; i += dot_rows) {
      repeat<dot_rows>([&](auto r) {
        if (smaller(dot_rows, x.m - i) != r + 1) return;
        multiply_dots<T, r + 1>(x, a + i * x.a.row_stride, b + j * x.b.column_stride,
                                smaller(dot_columns, x.n - j), c + i * x.c_row_stride + j,
                                x.bias ? x.bias + j : nullptr);
      });
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
  const bool by_dots = x.a.column_stride == 1 && x.b.row_stride == 1 && dots_are_faster(x);
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
