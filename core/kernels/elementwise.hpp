#pragma once

// The two shapes of elementwise work: map (y = f(x)) and zip (y = f(a, b), broadcast). Row functions see
// contiguous memory only; an operand with another stride is gathered into a small buffer first. A thread gets
// `grain` elements or more.

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/walk.hpp>

namespace xgrad::kernels {

inline constexpr std::int64_t block = 256;  ///< elements gathered at a time

/// A row operand as contiguous blocks: itself where its step is 1, else gathered. A broadcast one is spread
/// once.
template <class T>
class RowReader {
 public:
  RowReader(const T* row, std::int64_t step, std::int64_t n) : row_(row), step_(step) {
    if (step_ == 0) std::fill_n(buffer_.begin(), std::min(n, block), *row_);
  }
  const T* operator()(std::int64_t begin, std::int64_t count) {
    if (step_ == 1) return row_ + begin;
    if (step_ != 0) {
      for (std::int64_t i = 0; i < count; ++i)
        buffer_[static_cast<std::size_t>(i)] = row_[(begin + i) * step_];
    }
    return buffer_.data();
  }

 private:
  const T* row_;
  std::int64_t step_;
  std::array<T, block> buffer_;
};

/// y = f(x) over all elements, where `f(x, y, n)` works on contiguous rows. y has x's shape, is contiguous
/// and new.
template <class From, class To, class F>
void map_into(const Tensor& x, const Tensor& y, std::int64_t grain, const F& f) {
  const From* from = raw<From>(x);
  To* to = raw<To>(y);
  Walk<2>(x.shape(), {x.strides(), y.strides()})
      .for_each_row(grain, [&](const auto& at, const auto& step, std::int64_t n) {
        if (step[0] == 1 || n == 1) return f(from + at[0], to + at[1], n);
        RowReader<From> read(from + at[0], step[0], n);
        for (std::int64_t i = 0; i < n; i += block) {
          const std::int64_t count = std::min(block, n - i);
          f(read(i, count), to + at[1] + i, count);
        }
      });
}

template <class From, class To, class F>
void map_into(const Tensor& x, const Tensor& y, const F& f) {
  map_into<From, To>(x, y, parallel_grain, f);
}

/// y = f(a, b) over y's shape, to which a and b are broadcast; `f(a, b, y, n)` works on contiguous rows, or
/// `f(a, a_step, b, b_step, y, n)` on such rows and single numbers, whose step is 0. y's own last dim must be
/// contiguous.
template <class From, class To, class F>
void zip_into(const Tensor& a, const Tensor& b, const Tensor& y, std::int64_t grain, const F& f) {
  constexpr bool takes_numbers =
      std::is_invocable_v<const F&, const From*, std::int64_t, const From*, std::int64_t, To*, std::int64_t>;
  const auto of_rows = [&f](const From* p, const From* q, To* to, std::int64_t n) {
    if constexpr (takes_numbers) {
      f(p, 1, q, 1, to, n);
    } else {
      f(p, q, to, n);
    }
  };
  const Tensor left = a.expand(y.shape()), right = b.expand(y.shape());
  const From* from_a = raw<From>(left);
  const From* from_b = raw<From>(right);
  To* to = raw<To>(y);
  Walk<3>(y.shape(), {left.strides(), right.strides(), y.strides()})
      .for_each_row(grain, [&](const auto& at, const auto& step, std::int64_t n) {
        const From *p = from_a + at[0], *q = from_b + at[1];
        if ((step[0] == 1 && step[1] == 1) || n == 1) return of_rows(p, q, to + at[2], n);
        if constexpr (takes_numbers) {
          if ((step[0] == 1 && step[1] == 0) || (step[0] == 0 && step[1] == 1)) {
            return f(p, step[0], q, step[1], to + at[2], n);
          }
        }
        RowReader<From> read_a(p, step[0], n), read_b(q, step[1], n);
        for (std::int64_t i = 0; i < n; i += block) {
          const std::int64_t count = std::min(block, n - i);
          of_rows(read_a(i, count), read_b(i, count), to + at[2] + i, count);
        }
      });
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
