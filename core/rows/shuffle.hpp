#pragma once

// Small matrices transposed in registers, and the sums and maxima of their rows. For rows/*.cpp only.

#include <utility>

#include <xgrad/core/rows/loops.hpp>
#include <xgrad/core/rows/vector_of.hpp>

namespace xgrad::kernels {
namespace {

#if defined(__GNUC__) && __has_builtin(__builtin_shufflevector)

template <int... i>
using Lanes = std::integer_sequence<int, i...>;
template <int n>
using FirstLanes = std::make_integer_sequence<int, n>;
template <int n, int... i>
constexpr Lanes<n + i...> after_first(Lanes<i...>) {
  return {};
}
template <int n>
using LastLanes = decltype(after_first<n>(FirstLanes<n>()));  // n to 2n − 1

template <class V, int... i>
inline auto joined(V x, V y, Lanes<i...>) {
  return __builtin_shufflevector(x, y, i...);
}
// x₀ y₀ x₁ y₁ (from = 0) or x₂ y₂ x₃ y₃ (from = 2) of every four lanes.
template <int from, class V, int... i>
inline V mixed(V x, V y, Lanes<i...>) {
  constexpr int n = sizeof...(i);
  return __builtin_shufflevector(x, y, (i / 4 * 4 + from + i % 4 / 2 + i % 2 * n)...);
}

// Four elements each of rows 0, 4, 8, ... side by side: n in all.
template <class T, int n>
inline VectorOf<T, n> every_fourth_row(const T* from, std::int64_t step) {
  if constexpr (n == 4) {
    return *reinterpret_cast<const VectorOf<T, 4>*>(from);
  } else {
    return joined(every_fourth_row<T, n / 2>(from, step),
                  every_fourth_row<T, n / 2>(from + n / 2 * step, step), FirstLanes<n>());
  }
}

// to(p, q) = from(q, p) for q < n, p < 4, with rows from_step and to_step elements apart. Each four lanes
// hold rows 4g to 4g + 3 of one 4 × 4 block; all blocks are transposed at once.
template <class T, int n>
inline void transpose_four_columns(const T* from, std::int64_t from_step, T* to, std::int64_t to_step) {
  using V = VectorOf<T, n>;
  constexpr FirstLanes<n> lanes;
  V row[4], low[2], high[2];
  for (int i = 0; i < 4; ++i) row[i] = every_fourth_row<T, n>(from + i * from_step, from_step);
  for (int i = 0; i < 2; ++i) {
    low[i] = mixed<0>(row[i], row[i + 2], lanes);   // columns 0 and 1 of rows i and i + 2
    high[i] = mixed<2>(row[i], row[i + 2], lanes);  // columns 2 and 3
  }
  *reinterpret_cast<V*>(to) = mixed<0>(low[0], low[1], lanes);
  *reinterpret_cast<V*>(to + to_step) = mixed<2>(low[0], low[1], lanes);
  *reinterpret_cast<V*>(to + 2 * to_step) = mixed<0>(high[0], high[1], lanes);
  *reinterpret_cast<V*>(to + 3 * to_step) = mixed<2>(high[0], high[1], lanes);
}

// f of both halves, f of the halves of this, and so on until four lanes are left.
template <class T, int n, class F>
inline VectorOf<T, 4> folded(VectorOf<T, n> x, F f) {
  if constexpr (n == 4) {
    return x;
  } else {
    return folded<T, n / 2>(f(joined(x, x, FirstLanes<n / 2>()), joined(x, x, LastLanes<n / 2>())), f);
  }
}

// total[i] = f over the lanes of x[i], for four batches at once, in the order of sum_of and max_of.
template <class T, class F>
inline void fold_four(const Batch<T>* x, T* total, F f) {
  constexpr int n = width<T>;
  if constexpr (n < 4) {
    for (int i = 0; i < 4; ++i) {
      T lanes[n];
      store<T>(lanes, x[i]);
      total[i] = lanes[0];
      for (int k = 1; k < n; ++k) total[i] = f(total[i], lanes[k]);
    }
  } else {
    constexpr FirstLanes<4> lanes;
    VectorOf<T, 4> part[4], pair[2];
    repeat<4>([&](auto i) {
      VectorOf<T, n> all;
      __builtin_memcpy(&all, &x[i], sizeof all);
      part[i] = folded<T, n>(all, f);
    });
    for (int i = 0; i < 2; ++i) {  // of batches i and i + 2 in turn, two lanes of each
      pair[i] = f(mixed<0>(part[i], part[i + 2], lanes), mixed<2>(part[i], part[i + 2], lanes));
    }
    *reinterpret_cast<VectorOf<T, 4>*>(total) =
        f(mixed<0>(pair[0], pair[1], lanes), mixed<2>(pair[0], pair[1], lanes));
  }
}
template <class T>
inline void sums_of_four(const Batch<T>* x, T* total) {
  fold_four(x, total, [](auto a, auto b) { return a + b; });
}
template <class T>
inline void maxima_of_four(const Batch<T>* x, T* most) {
  fold_four(x, most, [](auto a, auto b) { return a > b ? a : b; });
}

#else

template <class T>
inline void sums_of_four(const Batch<T>* x, T* total) {
  for (int i = 0; i < 4; ++i) total[i] = sum_of<T>(x[i]);
}
template <class T>
inline void maxima_of_four(const Batch<T>* x, T* most) {
  for (int i = 0; i < 4; ++i) most[i] = max_of<T>(x[i]);
}

template <class T, int n>
inline void transpose_four_columns(const T* from, std::int64_t from_step, T* to, std::int64_t to_step) {
  for (int p = 0; p < 4; ++p) {
    for (int q = 0; q < n; ++q) to[p * to_step + q] = from[q * from_step + p];
  }
}

#endif

// The same for R batches, 4 or 1.
template <class T, int R>
inline void sums_of(const Batch<T>* x, T* total) {
  if constexpr (R == 4) {
    sums_of_four<T>(x, total);
  } else {
    *total = sum_of<T>(*x);
  }
}
template <class T, int R>
inline void maxima_of(const Batch<T>* x, T* most) {
  if constexpr (R == 4) {
    maxima_of_four<T>(x, most);
  } else {
    *most = max_of<T>(*x);
  }
}

}  // namespace
}  // namespace xgrad::kernels
