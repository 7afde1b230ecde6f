#pragma once

// The two shapes of elementwise work: map (y = f(x)) and zip (y = f(a, b), broadcast). Row functions see
// contiguous memory only; an operand with another stride is gathered into a small buffer first. `grain` is
// parallel_for's, in elements. How memory is walked is compiled once for all types and functions.

#include <string_view>
#include <type_traits>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/raw.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {

/// A row function behind types that are the same for all: `row` calls `f`, which comes last so that the other
/// arguments are passed on as they came.
using MapRow = void (*)(const void* x, void* y, std::int64_t n, const void* f);
using ZipRow = void (*)(const void* a, std::int64_t a_step, const void* b, std::int64_t b_step, void* y,
                        std::int64_t n, const void* f);
void map_rows(const Tensor& x, const Tensor& y, std::int64_t grain, MapRow row, const void* f);
void zip_rows(const Tensor& a, const Tensor& b, const Tensor& y, std::int64_t grain, ZipRow row,
              bool takes_numbers, const void* f);

/// y = f(x) over all elements, where `f(x, y, n)` works on contiguous rows. y has x's shape, is contiguous
/// and new.
template <class From, class To, class F>
void map_into(const Tensor& x, const Tensor& y, std::int64_t grain, const F& f) {
  map_rows(
      x, y, grain,
      [](const void* from, void* to, std::int64_t n, const void* row) {
        (*static_cast<const F*>(row))(static_cast<const From*>(from), static_cast<To*>(to), n);
      },
      &f);
}

template <class From, class To, class F>
void map_into(const Tensor& x, const Tensor& y, const F& f) {
  map_into<From, To>(x, y, parallel_grain, f);
}

/// y = f(a, b) over y's shape, to which a and b are broadcast; `f(a, b, y, n)` works on contiguous rows, or
/// `f(a, a_step, b, b_step, y, n)` on such rows and single numbers, whose step is 0. y is contiguous; it
/// may be a or b itself, if f may write over that operand's row.
template <class From, class To, class F>
void zip_into(const Tensor& a, const Tensor& b, const Tensor& y, std::int64_t grain, const F& f) {
  constexpr bool takes_numbers =
      std::is_invocable_v<const F&, const From*, std::int64_t, const From*, std::int64_t, To*, std::int64_t>;
  zip_rows(
      a, b, y, grain,
      [](const void* p, std::int64_t p_step, const void* q, std::int64_t q_step, void* to, std::int64_t n,
         const void* row) {
        const auto *from_a = static_cast<const From*>(p), *from_b = static_cast<const From*>(q);
        if constexpr (takes_numbers) {
          (*static_cast<const F*>(row))(from_a, p_step, from_b, q_step, static_cast<To*>(to), n);
        } else {
          (*static_cast<const F*>(row))(from_a, from_b, static_cast<To*>(to), n);
        }
      },
      takes_numbers, &f);
}

template <class From, class To, class F>
void zip_into(const Tensor& a, const Tensor& b, const Tensor& y, const F& f) {
  zip_into<From, To>(a, b, y, parallel_grain, f);
}

/// y = f(x) in x's floating dtype; `select(T{})` yields the row function for T.
template <class Select>
Tensor map(std::string_view op, const Tensor& x, std::int64_t grain, const Select& select) {
  return dispatch_floating(op, x, [&]<class T>() {
    Tensor y = empty(x.shape(), x.dtype());
    map_into<T, T>(x, y, grain, select(T{}));
    return y;
  });
}
template <class Select>
Tensor map(std::string_view op, const Tensor& x, const Select& select) {
  return map(op, x, parallel_grain, select);
}

}  // namespace xgrad::kernels
