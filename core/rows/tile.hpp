#pragma once

// The innermost part of a product: a tile of C with its sums in registers. For rows/gemm*.cpp only.

#include <xgrad/core/rows/pack.hpp>

namespace xgrad::kernels {
namespace {

// A tile has tile_rows rows of tile_batches batches. Its sums fill the registers, together with a row of B
// and a factor: 12 · 2 + 2 + 1 of 32 with AVX-512, 6 · 2 + 2 + 1 of 16 with AVX2. Narrower batches need more
// of them in a row, or the factors cost as much as the products.
#if defined(__AVX512F__)
constexpr int tile_rows = 12, tile_batches = 2;
#elif defined(__AVX2__)
constexpr int tile_rows = 6, tile_batches = 2;
#else
constexpr int tile_rows = 4, tile_batches = 3;
#endif
template <class T>
constexpr std::int64_t tile_columns = width<T>* tile_batches;

constexpr std::int64_t worth_prefetching = 64;  // steps along k, enough to fetch C into the cache meanwhile

// One tile of C: A(i, p) at a[i · a_row_stride + p · a_column_stride], row p of B at b[p · b_row_stride].
template <class T>
struct Tile {
  std::int64_t depth;
  const T* a;
  std::int64_t a_row_stride, a_column_stride;
  const T* b;
  std::int64_t b_row_stride;
  T alpha, beta;
  const T* bias;  // null for no bias
  T* c;
  std::int64_t c_row_stride;
  std::int64_t rest;  // elements in the last batch of a row, if that is not whole
};

// R rows by N batches. Each step along k is Steps::step.
template <class T, class Steps, int R, int N, bool ends_in_part>
void multiply_tile(const Tile<T>& t) {
  using B = Batch<T>;
  constexpr auto is_part = [](int j) { return ends_in_part && j == N - 1; };
  const auto read = [&](const T* x, auto j) {
    x += j * width<T>;
    return is_part(j) ? load_part<T>(x, t.rest, T(0)) : load<T>(x);
  };
  if (t.depth >= worth_prefetching) {
    repeat<R>([&](auto i) {
      repeat<N>([&](auto j) { __builtin_prefetch(t.c + i * t.c_row_stride + j * width<T>, 1); });
    });
  }
  // Pointers to every fourth row of A: there are not enough registers for a pointer to each row.
  const T* a[(R + 3) / 4];
  repeat<(R + 3) / 4>([&](auto g) { a[g] = t.a + g * 4 * t.a_row_stride; });
  const T* b = t.b;
  const std::int64_t a_row_stride = t.a_row_stride, a_column_stride = t.a_column_stride;
  const std::int64_t b_row_stride = t.b_row_stride;
  B sum[R][N];
  repeat<R>([&](auto i) { repeat<N>([&](auto j) { sum[i][j] = B(T(0)); }); });
  for (std::int64_t p = 0; p < t.depth; ++p) {
    B row[N];
    repeat<N>([&](auto j) { row[j] = read(b, j); });
    repeat<R>([&](auto i) {
      const B factor(a[i / 4][i % 4 * a_row_stride]);
      repeat<N>([&](auto j) { sum[i][j] = Steps::step(factor, row[j], sum[i][j]); });
    });
    repeat<(R + 3) / 4>([&](auto g) { a[g] += a_column_stride; });
    b += b_row_stride;
  }
  const B alpha(t.alpha), beta(t.beta);
  const bool adds = t.beta != T(0);
  B bias[N];
  repeat<N>([&](auto j) { bias[j] = t.bias ? read(t.bias, j) : B(T(0)); });
  repeat<R>([&](auto i) {
    T* c = t.c + i * t.c_row_stride;
    repeat<N>([&](auto j) {
      B value = fma(alpha, sum[i][j], bias[j]);
      if (adds) value = fma(beta, read(c, j), value);
      is_part(j) ? store_part<T>(c + j * width<T>, value, t.rest) : store<T>(c + j * width<T>, value);
    });
  });
}

// A function for each size of tile, compiled with its numbers of rows and batches as constants.
template <class T, class Steps>
struct Tiles {
  using Multiply = void (*)(const Tile<T>&);
  Multiply of[tile_rows][tile_batches][2];

  constexpr Tiles() : of{} { set<tile_rows, tile_batches>(); }
  template <int R, int N>
  constexpr void set() {
    of[R - 1][N - 1][0] = multiply_tile<T, Steps, R, N, false>;
    of[R - 1][N - 1][1] = multiply_tile<T, Steps, R, N, true>;
    if constexpr (N > 1) {
      set<R, N - 1>();
    } else if constexpr (R > 1) {
      set<R - 1, tile_batches>();
    }
  }
};
template <class T, class Steps>
constexpr Tiles<T, Steps> tiles;

}  // namespace
}  // namespace xgrad::kernels
