#include <xgrad/core/kernels/rows/gemm.hpp>

#include <xgrad/core/kernels/rows/pack.hpp>

// A blocked matrix product after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication". C is computed in tiles small enough for their sums to stay in registers; a tile walks once
// along k. What it reads on the way is first copied ("packed") into the order in which it reads it, in blocks
// that stay in cache, except where copying would cost more than it saves.

namespace xgrad::kernels {
namespace {

constexpr std::int64_t round_up(std::int64_t a, std::int64_t step) { return (a + step - 1) / step * step; }

// A tile is tile_rows rows by tile_batches batches: as many sums as the processor has registers to hold them.
#if !defined(XGRAD_HAVE_XSIMD)
constexpr int tile_rows = 4, tile_batches = 8;
#elif defined(__AVX512F__)
constexpr int tile_rows = 8, tile_batches = 2;
#else
constexpr int tile_rows = 6, tile_batches = 2;
#endif
template <class T>
constexpr std::int64_t tile_columns = tile_batches* width<T>;

constexpr std::int64_t block_rows = 20 * tile_rows;  // of A, packed: to stay in the second-level cache
constexpr std::int64_t block_depth = 256;            // along k: a tile's share of B stays in the first level
constexpr std::int64_t block_columns = 1024;         // of B, packed

// From this many uses on, packing an operand that could be read in place pays for the copy.
constexpr std::int64_t worth_packing_b = 4 * tile_rows;  // rows of C
template <class T>
constexpr std::int64_t worth_packing_a = 4 * tile_columns<T>;  // columns of C
// Up to this many rows of C, dot products of rows of A and columns of B cost less than packing B.
constexpr std::int64_t few_rows = 3;

// One tile of C: A(i, p) at a[i · a_row + p · a_column], row p of B at b[p · b_row].
template <class T>
struct Tile {
  std::int64_t depth;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row;
  T alpha, beta;
  T* c;
  std::int64_t c_row;
  std::int64_t rest;  // elements in the last batch of a row, where that is a part of a batch
};

// R rows by N batches. The compiler unrolls the loops over them, and keeps `sum` in registers.
template <class T, int R, int N, bool ends_in_part>
void multiply_tile(const Tile<T>& t) {
  using B = Batch<T>;
  const auto is_part = [](int j) { return ends_in_part && j == N - 1; };
  const auto read = [&](const T* x, int j) {
    x += j * width<T>;
    return is_part(j) ? load_part<T>(x, t.rest, T(0)) : load<T>(x);
  };
  B sum[R][N];
  for (int i = 0; i < R; ++i) {
    for (int j = 0; j < N; ++j) sum[i][j] = B(T(0));
  }
  const T* a = t.a;
  const T* b = t.b;
  const std::int64_t a_row = t.a_row;
  for (std::int64_t p = 0; p < t.depth; ++p) {
    B row[N];
    for (int j = 0; j < N; ++j) row[j] = read(b, j);
    for (int i = 0; i < R; ++i) {
      const B factor(a[i * a_row]);
      for (int j = 0; j < N; ++j) sum[i][j] = fma(factor, row[j], sum[i][j]);
    }
    a += t.a_column;
    b += t.b_row;
  }
  for (int i = 0; i < R; ++i) {
    T* c = t.c + i * t.c_row;
    for (int j = 0; j < N; ++j) {
      B value = B(t.alpha) * sum[i][j];
      if (t.beta != T(0)) value = fma(B(t.beta), read(c, j), value);
      is_part(j) ? store_part<T>(c + j * width<T>, value, t.rest) : store<T>(c + j * width<T>, value);
    }
  }
}

// The numbers of rows and batches become constants of the compiled tile.
template <class T, int R = tile_rows, int N = tile_batches>
void multiply_tile(const Tile<T>& t, std::int64_t rows, std::int64_t batches) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_tile<T, R - 1, N>(t, rows, batches);
  }
  if constexpr (N > 1) {
    if (batches < N) return multiply_tile<T, R, N - 1>(t, rows, batches);
  }
  t.rest == 0 ? multiply_tile<T, R, N, false>(t) : multiply_tile<T, R, N, true>(t);
}

// A block of A's rows and one of B's columns, packed or where they lie.
template <class T>
struct Block {
  std::int64_t rows, columns, depth;
  const T* a;
  std::int64_t a_row, a_column;
  bool a_packed;
  const T* b;
  std::int64_t b_row;
  bool b_packed;
};

template <class T>
void multiply_block(const Block<T>& x, T alpha, T beta, T* c, std::int64_t c_row) {
  for (std::int64_t j = 0; j < x.columns; j += tile_columns<T>) {
    const std::int64_t columns = smaller(tile_columns<T>, x.columns - j);
    const T* b = x.b_packed ? x.b + j * x.depth : x.b + j;
    const std::int64_t b_row = x.b_packed ? columns : x.b_row;
    for (std::int64_t i = 0; i < x.rows; i += tile_rows) {
      const std::int64_t rows = smaller(tile_rows, x.rows - i);
      const T* a = x.a_packed ? x.a + i * x.depth : x.a + i * x.a_row;
      const Tile<T> tile{x.depth,
                         a,
                         x.a_packed ? 1 : x.a_row,
                         x.a_packed ? rows : x.a_column,
                         b,
                         b_row,
                         alpha,
                         beta,
                         c + i * c_row + j,
                         c_row,
                         columns % width<T>};
      multiply_tile<T>(tile, rows, (columns + width<T> - 1) / width<T>);
    }
  }
}

// Rows of A and columns of B that both lie contiguous: dot products, four columns at a time.
template <class T>
void multiply_by_dots(const Product<T>& x) {
  using B = Batch<T>;
  for (std::int64_t i = 0; i < x.m; ++i) {
    const T* a = x.a + i * x.a_row;
    for (std::int64_t j = 0; j < x.n; j += 4) {
      const std::int64_t columns = smaller(4, x.n - j);
      const T* b[4];
      for (std::int64_t q = 0; q < 4; ++q) b[q] = x.b + (j + smaller(q, columns - 1)) * x.b_column;
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
      T* c = x.c + i * x.c_row + j;
      for (std::int64_t q = 0; q < columns; ++q) {
        const T value = x.alpha * sum_of<T>(sum[q]);
        c[q] = x.beta == T(0) ? value : value + x.beta * c[q];
      }
    }
  }
}

template <class T>
bool packs_a(const Product<T>& x) {
  return x.n >= worth_packing_a<T>;
}
template <class T>
bool packs_b(const Product<T>& x) {
  return x.b_column != 1 || x.m >= worth_packing_b;
}

template <class T>
std::int64_t scratch_a(const Product<T>& x) {
  return packs_a(x) ? round_up(smaller(x.m, block_rows) * smaller(x.k, block_depth), 64) : 0;
}
template <class T>
std::int64_t scratch(const Product<T>& x) {
  return scratch_a(x) + (packs_b(x) ? smaller(x.n, block_columns) * smaller(x.k, block_depth) : 0);
}

template <class T>
void multiply(const Product<T>& x, T* memory) {
  if (x.m <= few_rows && x.a_column == 1 && x.b_row == 1) return multiply_by_dots(x);
  T* const a_packed = memory;
  T* const b_packed = memory + scratch_a(x);
  const bool with_a = packs_a(x), with_b = packs_b(x);
  for (std::int64_t j = 0; j < x.n; j += block_columns) {
    const std::int64_t columns = smaller(block_columns, x.n - j);
    for (std::int64_t p = 0; p < x.k; p += block_depth) {
      const std::int64_t depth = smaller(block_depth, x.k - p);
      const T* b = x.b + p * x.b_row + j * x.b_column;
      if (with_b) pack(b, x.b_row, x.b_column, depth, columns, tile_columns<T>, b_packed);
      for (std::int64_t i = 0; i < x.m; i += block_rows) {
        const std::int64_t rows = smaller(block_rows, x.m - i);
        const T* a = x.a + i * x.a_row + p * x.a_column;
        if (with_a) pack(a, x.a_column, x.a_row, depth, rows, tile_rows, a_packed);
        const Block<T> block{rows,    columns,    depth,  with_a ? a_packed : a,
                             x.a_row, x.a_column, with_a, with_b ? b_packed : b,
                             x.b_row, with_b};
        multiply_block(block, x.alpha, p == 0 ? x.beta : T(1), x.c + i * x.c_row + j, x.c_row);
      }
    }
  }
}

}  // namespace

template <>
const GemmRows<float>& rows_for<GemmRows<float>, Isa::XGRAD_ISA>() {
  static constexpr GemmRows<float> table{scratch<float>, multiply<float>};
  return table;
}

template <>
const GemmRows<double>& rows_for<GemmRows<double>, Isa::XGRAD_ISA>() {
  static constexpr GemmRows<double> table{scratch<double>, multiply<double>};
  return table;
}

}  // namespace xgrad::kernels
