#include <xgrad/core/kernels/rows/gemm.hpp>

#include <xgrad/core/kernels/rows/pack.hpp>

// A blocked matrix product after Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix
// Multiplication". C is computed in tiles small enough for their sums to stay in registers; a tile walks once
// along k. What it reads on the way is first copied ("packed") into the order in which it reads it, in blocks
// that stay in cache, except where copying would cost more than it saves.

namespace xgrad::kernels {
namespace {

// A tile is tile_rows rows by tile_batches batches: as many sums as the processor has registers to hold them.
#if !defined(XGRAD_HAVE_XSIMD)
constexpr int tile_rows = 4, tile_batches = 8;
#elif defined(__AVX512F__)
constexpr int tile_rows = 14, tile_batches = 2;
#else
constexpr int tile_rows = 6, tile_batches = 2;
#endif
template <class T>
constexpr std::int64_t tile_columns = tile_batches* width<T>;

constexpr std::int64_t block_rows = 20 * tile_rows;  // of A, packed: to stay in the second-level cache
constexpr std::int64_t block_depth = 256;            // along k: a tile's share of B stays in the first level
constexpr std::int64_t block_columns = 1024;         // of B, packed

constexpr std::int64_t worth_prefetching = 64;  // steps along k, during which C comes into the cache

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

// f(0), f(1), ... f(n − 1), each number a constant of the compiled code. Arrays indexed by them are registers
// from the start; in a loop that is unrolled late, they would have been put on the stack first.
template <int i>
struct Number {
  constexpr operator int() const { return i; }
};
template <int n, class F>
[[gnu::always_inline]] inline void repeat(F f) {
  if constexpr (n > 0) {
    repeat<n - 1>(f);
    f(Number<n - 1>());
  }
}

// R rows by N batches.
template <class T, int R, int N, bool ends_in_part>
void multiply_tile(const Tile<T>& t) {
  using B = Batch<T>;
  constexpr auto is_part = [](int j) { return ends_in_part && j == N - 1; };
  const auto read = [&](const T* x, auto j) {
    x += j * width<T>;
    return is_part(j) ? load_part<T>(x, t.rest, T(0)) : load<T>(x);
  };
  if (t.depth >= worth_prefetching) {
    repeat<R>(
        [&](auto i) { repeat<N>([&](auto j) { __builtin_prefetch(t.c + i * t.c_row + j * width<T>, 1); }); });
  }
  // A pointer to every fourth row of A: with one to each, there would not be enough registers for them.
  const T* a[(R + 3) / 4];
  repeat<(R + 3) / 4>([&](auto g) { a[g] = t.a + g * 4 * t.a_row; });
  const T* b = t.b;
  const std::int64_t a_row = t.a_row, a_column = t.a_column, b_row = t.b_row;
  B sum[R][N];
  repeat<R>([&](auto i) { repeat<N>([&](auto j) { sum[i][j] = B(T(0)); }); });
  for (std::int64_t p = 0; p < t.depth; ++p) {
    B row[N];
    repeat<N>([&](auto j) { row[j] = read(b, j); });
    repeat<R>([&](auto i) {
      const B factor(a[i / 4][i % 4 * a_row]);
      repeat<N>([&](auto j) { sum[i][j] = fma(factor, row[j], sum[i][j]); });
    });
    repeat<(R + 3) / 4>([&](auto g) { a[g] += a_column; });
    b += b_row;
  }
  const B alpha(t.alpha), beta(t.beta);
  const bool adds = t.beta != T(0);
  repeat<R>([&](auto i) {
    T* c = t.c + i * t.c_row;
    repeat<N>([&](auto j) {
      B value = alpha * sum[i][j];
      if (adds) value = fma(beta, read(c, j), value);
      is_part(j) ? store_part<T>(c + j * width<T>, value, t.rest) : store<T>(c + j * width<T>, value);
    });
  });
}

// Every size of tile, compiled with its numbers of rows and batches as constants.
template <class T>
struct Tiles {
  using Multiply = void (*)(const Tile<T>&);
  Multiply of[tile_rows][tile_batches][2];

  constexpr Tiles() : of{} { set<tile_rows, tile_batches>(); }
  template <int R, int N>
  constexpr void set() {
    of[R - 1][N - 1][0] = multiply_tile<T, R, N, false>;
    of[R - 1][N - 1][1] = multiply_tile<T, R, N, true>;
    if constexpr (N > 1) {
      set<R, N - 1>();
    } else if constexpr (R > 1) {
      set<R - 1, tile_batches>();
    }
  }
};
template <class T>
constexpr Tiles<T> tiles;

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
  const Parts tile_heights = even_parts(x.rows, tile_rows);
  for (std::int64_t j = 0; j < x.columns; j += tile_columns<T>) {
    const std::int64_t columns = smaller(tile_columns<T>, x.columns - j);
    const std::int64_t rest = columns % width<T>, batches = (columns + width<T> - 1) / width<T>;
    Tile<T> tile{x.depth,
                 x.a,
                 x.a_packed ? 1 : x.a_row,
                 x.a_column,
                 x.b_packed ? x.b + j * x.depth : x.b + j,
                 x.b_packed ? columns : x.b_row,
                 alpha,
                 beta,
                 c + j,
                 c_row,
                 rest};
    for_each_part(tile_heights, [&](std::int64_t, std::int64_t rows) {
      if (x.a_packed) tile.a_column = rows;
      tiles<T>.of[rows - 1][batches - 1][rest != 0](tile);
      tile.a += rows * (x.a_packed ? x.depth : x.a_row);
      tile.c += rows * c_row;
    });
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

// How a product is taken apart.
template <class T>
struct Plan {
  bool packs_a, packs_b;
  std::int64_t rows, columns, depth;  // of a block
  std::int64_t scratch_a, scratch;

  explicit Plan(const Product<T>& x)
      : packs_a(x.n >= worth_packing_a<T>),
        packs_b(x.b_column != 1 || x.m >= worth_packing_b),
        rows(even_block(x.m, block_rows, tile_rows)),
        columns(even_block(x.n, block_columns, tile_columns<T>)),
        depth(even_block(x.k, block_depth, 4)),
        scratch_a(packs_a ? round_up(rows * depth, 64) : 0),
        scratch(scratch_a + (packs_b ? columns * depth : 0)) {}
};

template <class T>
void multiply(const Product<T>& x, const Plan<T>& plan, T* memory) {
  T* const a_packed = memory;
  T* const b_packed = memory + plan.scratch_a;
  for (std::int64_t j = 0; j < x.n; j += plan.columns) {
    const std::int64_t columns = smaller(plan.columns, x.n - j);
    for (std::int64_t p = 0; p < x.k; p += plan.depth) {
      const std::int64_t depth = smaller(plan.depth, x.k - p);
      const T* b = x.b + p * x.b_row + j * x.b_column;
      if (plan.packs_b) {
        pack(b, x.b_row, x.b_column, depth, full_parts(columns, tile_columns<T>), b_packed);
        b = b_packed;
      }
      for (std::int64_t i = 0; i < x.m; i += plan.rows) {
        const std::int64_t rows = smaller(plan.rows, x.m - i);
        const T* a = x.a + i * x.a_row + p * x.a_column;
        if (plan.packs_a) {
          pack(a, x.a_column, x.a_row, depth, even_parts(rows, tile_rows), a_packed);
          a = a_packed;
        }
        const Block<T> block{rows,       columns,      depth, a,       x.a_row,
                             x.a_column, plan.packs_a, b,     x.b_row, plan.packs_b};
        multiply_block(block, x.alpha, p == 0 ? x.beta : T(1), x.c + i * x.c_row + j, x.c_row);
      }
    }
  }
}

template <class T>
std::int64_t multiply_items(Product<T> x, const Items& items, T* memory, std::int64_t size) {
  const bool by_dots = x.m <= few_rows && x.a_column == 1 && x.b_row == 1;
  const Plan<T> plan(x);
  if (!by_dots && plan.scratch > size) return plan.scratch;
  for (std::int64_t i = 0; i < items.count; ++i) {
    by_dots ? multiply_by_dots(x) : multiply(x, plan, memory);
    x.a += items.a;
    x.b += items.b;
    x.c += items.c;
  }
  return 0;
}

}  // namespace

template <>
const GemmRows<float>& rows_for<GemmRows<float>, Isa::XGRAD_ISA>() {
  static constexpr GemmRows<float> table{multiply_items<float>};
  return table;
}

template <>
const GemmRows<double>& rows_for<GemmRows<double>, Isa::XGRAD_ISA>() {
  static constexpr GemmRows<double> table{multiply_items<double>};
  return table;
}

}  // namespace xgrad::kernels
