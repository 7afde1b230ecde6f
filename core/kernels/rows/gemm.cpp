#include <xgrad/core/kernels/rows/gemm.hpp>

#include <xgrad/core/kernels/rows/simd.hpp>

// A blocked matrix product after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication". C is computed in tiles small enough for their sums to stay in registers; a tile walks once
// along k. What it reads on the way is first copied ("packed") into the order in which it reads it, in blocks
// that stay in cache, except where copying would cost more than it saves.

namespace xgrad::kernels {
namespace {

constexpr std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
constexpr std::int64_t round_up(std::int64_t a, std::int64_t step) { return (a + step - 1) / step * step; }

template <class T>
constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);

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

// From this many uses on, a packed operand pays for its copy.
constexpr std::int64_t worth_packing_b = 4 * tile_rows;  // rows of C
template <class T>
constexpr std::int64_t worth_packing_a = 4 * tile_columns<T>;  // columns of C

// Where a tile reads: A(i, p) at a[i · a_row + p · a_column], row p of B at b[p · b_row].
template <class T>
struct Tile {
  std::int64_t k;
  const T* a;
  std::int64_t a_row, a_column;
  const T* b;
  std::int64_t b_row;
  T alpha, beta;
  T* c;
  std::int64_t c_row, columns;  // of C that are there; the other lanes hold padding
};

template <class T>
void store_part(const Tile<T>& t, T* c, const Batch<T>& sum, std::int64_t lanes) {
  T values[width<T>];
  store<T>(values, Batch<T>(t.alpha) * sum);
  for (std::int64_t j = 0; j < lanes; ++j) c[j] = t.beta == T(0) ? values[j] : values[j] + t.beta * c[j];
}

template <class T, int R, int N>
void multiply_tile(const Tile<T>& t) {
  using B = Batch<T>;
  B sum[R][N];
  for (int i = 0; i < R; ++i) {
    for (int j = 0; j < N; ++j) sum[i][j] = B(T(0));
  }
  const T* a = t.a;
  const T* b = t.b;
  const std::int64_t a_row = t.a_row;
  for (std::int64_t p = 0; p < t.k; ++p) {
    B row[N];
    for (int j = 0; j < N; ++j) row[j] = load<T>(b + j * width<T>);
    for (int i = 0; i < R; ++i) {
      const B factor(a[i * a_row]);
      for (int j = 0; j < N; ++j) sum[i][j] = fma(factor, row[j], sum[i][j]);
    }
    a += t.a_column;
    b += t.b_row;
  }
  for (int i = 0; i < R; ++i) {
    for (int j = 0; j < N; ++j) {
      T* c = t.c + i * t.c_row + j * width<T>;
      const std::int64_t left = t.columns - j * width<T>;
      if (left < width<T>) {
        store_part<T>(t, c, sum[i][j], left);
      } else if (t.beta == T(0)) {
        store<T>(c, B(t.alpha) * sum[i][j]);
      } else {
        store<T>(c, fma(B(t.alpha), sum[i][j], B(B(t.beta) * load<T>(c))));
      }
    }
  }
}

// The number of rows and of batches becomes a constant of the compiled tile.
template <class T, int R = tile_rows, int N = tile_batches>
void multiply_tile(const Tile<T>& t, std::int64_t rows, std::int64_t batches) {
  if constexpr (R > 1) {
    if (rows < R) return multiply_tile<T, R - 1, N>(t, rows, batches);
  }
  if constexpr (N > 1) {
    if (batches < N) return multiply_tile<T, R, N - 1>(t, rows, batches);
  }
  multiply_tile<T, R, N>(t);
}

// Panels of tile_rows rows, each column by column.
template <class T>
void pack_a(const T* a, std::int64_t a_row, std::int64_t a_column, std::int64_t rows, std::int64_t depth,
            T* to) {
  for (std::int64_t i = 0; i < rows; i += tile_rows) {
    const std::int64_t r = smaller(tile_rows, rows - i);
    const T* from = a + i * a_row;
    if (a_row == 1) {
      for (std::int64_t p = 0; p < depth; ++p) {
        for (std::int64_t q = 0; q < r; ++q) to[p * r + q] = from[p * a_column + q];
      }
    } else {
      for (std::int64_t q = 0; q < r; ++q) {
        for (std::int64_t p = 0; p < depth; ++p) to[p * r + q] = from[q * a_row + p * a_column];
      }
    }
    to += r * depth;
  }
}

// A panel of up to tile_columns columns, row by row, padded with zeros to whole batches.
template <class T>
void pack_panel(const T* b, std::int64_t b_row, std::int64_t b_column, std::int64_t depth,
                std::int64_t columns, std::int64_t padded, T* to) {
  if (b_column == 1) {
    for (std::int64_t p = 0; p < depth; ++p) {
      for (std::int64_t j = 0; j < columns; ++j) to[p * padded + j] = b[p * b_row + j];
    }
  } else {
    for (std::int64_t j = 0; j < columns; ++j) {
      for (std::int64_t p = 0; p < depth; ++p) to[p * padded + j] = b[p * b_row + j * b_column];
    }
  }
  for (std::int64_t j = columns; j < padded; ++j) {
    for (std::int64_t p = 0; p < depth; ++p) to[p * padded + j] = T(0);
  }
}

// One packed block of A's rows times one block of B's columns. Panels of B that were not packed are read in
// place.
template <class T>
struct Block {
  std::int64_t rows, columns, depth;
  const T* a;
  std::int64_t a_row, a_column;
  bool a_packed;
  const T* b_in_place;  // null: all panels are packed
  std::int64_t b_row;
  const T* b_packed;
};

template <class T>
void multiply_block(const Block<T>& block, T alpha, T beta, T* c, std::int64_t c_row) {
  const T* packed = block.b_packed;
  for (std::int64_t j = 0; j < block.columns; j += tile_columns<T>) {
    const std::int64_t columns = smaller(tile_columns<T>, block.columns - j);
    const std::int64_t padded = round_up(columns, width<T>);
    const bool in_place = block.b_in_place && padded == columns;
    Tile<T> t{block.depth,
              block.a,
              block.a_row,
              block.a_column,
              in_place ? block.b_in_place + j : packed,
              in_place ? block.b_row : padded,
              alpha,
              beta,
              c + j,
              c_row,
              columns};
    if (!in_place) packed += padded * block.depth;
    for (std::int64_t i = 0; i < block.rows; i += tile_rows) {
      const std::int64_t r = smaller(tile_rows, block.rows - i);
      if (block.a_packed) {
        t.a = block.a + i * block.depth;
        t.a_row = 1;
        t.a_column = r;
      } else {
        t.a = block.a + i * block.a_row;
      }
      t.c = c + i * c_row + j;
      multiply_tile<T>(t, r, padded / width<T>);
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
  return packs_a(x) ? round_up(smaller(x.m, block_rows), tile_rows) * smaller(x.k, block_depth) : 0;
}
template <class T>
std::int64_t scratch(const Product<T>& x) {
  const std::int64_t columns = packs_b(x) ? smaller(x.n, block_columns) : x.n % tile_columns<T>;
  return scratch_a(x) + round_up(columns, width<T>) * smaller(x.k, block_depth);
}

template <class T>
void multiply(const Product<T>& x, T* memory) {
  T* const a_packed = memory;
  T* const b_packed = memory + scratch_a(x);
  const bool with_a = packs_a(x), with_b = packs_b(x);
  for (std::int64_t j0 = 0; j0 < x.n; j0 += block_columns) {
    const std::int64_t columns = smaller(block_columns, x.n - j0);
    for (std::int64_t p0 = 0; p0 < x.k; p0 += block_depth) {
      const std::int64_t depth = smaller(block_depth, x.k - p0);
      const T* b = x.b + p0 * x.b_row + j0 * x.b_column;
      T* to = b_packed;
      for (std::int64_t j = 0; j < columns; j += tile_columns<T>) {
        const std::int64_t count = smaller(tile_columns<T>, columns - j), padded = round_up(count, width<T>);
        if (!with_b && count == padded) continue;
        pack_panel(b + j * x.b_column, x.b_row, x.b_column, depth, count, padded, to);
        to += padded * depth;
      }
      const T beta = p0 == 0 ? x.beta : T(1);
      for (std::int64_t i0 = 0; i0 < x.m; i0 += block_rows) {
        const std::int64_t rows = smaller(block_rows, x.m - i0);
        const T* a = x.a + i0 * x.a_row + p0 * x.a_column;
        if (with_a) pack_a(a, x.a_row, x.a_column, rows, depth, a_packed);
        const Block<T> block{rows,    columns,    depth,  with_a ? a_packed : a,
                             x.a_row, x.a_column, with_a, with_b ? nullptr : b,
                             x.b_row, b_packed};
        multiply_block(block, x.alpha, beta, x.c + i0 * x.c_row + j0, x.c_row);
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
