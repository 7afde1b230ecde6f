#include <xgrad/core/kernels/rearrange.hpp>

#include <algorithm>
#include <array>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/raw.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {

Tensor flip(const Tensor& x, std::bitset<Shape::max_dims> dims) {
  const Tensor y = empty(x.shape(), x.dtype());
  if (x.numel() == 0) return y;
  Strides backwards = x.strides();  // from the last element on, with negative strides
  std::int64_t first = 0;
  for (int i = 0; i < x.dim(); ++i) {
    if (!dims[static_cast<std::size_t>(i)]) continue;
    first += (x.size(i) - 1) * backwards[i];
    backwards[i] = -backwards[i];
  }
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x) + first;
    T* to = raw<T>(y);
    Walk<2>(x.shape(), {backwards, y.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          if (step[0] == 1 && step[1] == 1) {
            std::copy_n(from + at[0], n, to + at[1]);
          } else {
            for (std::int64_t i = 0; i < n; ++i) to[at[1] + i * step[1]] = from[at[0] + i * step[0]];
          }
        });
  });
  return y;
}

Tensor triangle(const Tensor& input, std::int64_t diagonal, bool lower) {
  const Tensor x = input.contiguous(), y = empty(x.shape(), x.dtype());
  if (x.numel() == 0) return y;
  const std::int64_t rows = x.size(-2), n = x.size(-1);
  dispatch(x.dtype(), [&]<class T>() {
    parallel_for(x.numel() / n, parallel_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t i = r % rows, reach = std::min(n, rows);
        // the first j beyond the lower triangle; where `diagonal` is far out, the sum must not overflow
        const std::int64_t near = std::clamp(diagonal, -rows - reach - n, n + reach + rows);
        const std::int64_t edge = std::clamp<std::int64_t>(i + near + (lower ? 1 : 0), 0, n);
        const T* from = raw<T>(x) + r * n;
        T* to = raw<T>(y) + r * n;
        std::copy(lower ? from : from + edge, lower ? from + edge : from + n, lower ? to : to + edge);
        std::fill(lower ? to + edge : to, lower ? to + n : to + edge, T(0));
      }
    });
  });
  return y;
}

namespace {

// Columns of a (size, inner) matrix, a block of them at a time: their running totals stay in registers or in
// the first cache. Sums of floating numbers run in double.
template <class From, class To, class Total>
void cumsum_columns(const From* from, std::int64_t step, To* to, std::int64_t size, std::int64_t inner,
                    std::int64_t begin, std::int64_t end, bool from_the_end) {
  if (inner == 1) {
    Total total = 0;
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t at = from_the_end ? size - 1 - k : k;
      to[at] = static_cast<To>(total += static_cast<Total>(from[at * step]));
    }
    return;
  }
  constexpr std::int64_t most = 256;
  std::array<Total, most> totals;
  for (std::int64_t first = begin; first < end; first += most) {
    const std::int64_t n = std::min(most, end - first);
    std::fill_n(totals.begin(), n, Total(0));
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t at = from_the_end ? size - 1 - k : k;
      const From* row = from + at * step + first;
      To* to_row = to + at * inner + first;
      for (std::int64_t j = 0; j < n; ++j) {
        Total& total = totals[static_cast<std::size_t>(j)];
        total += static_cast<Total>(row[j]);
        to_row[j] = static_cast<To>(total);
      }
    }
  }
}

}  // namespace

Tensor cumsum(const Tensor& input, int dim, bool from_the_end) {
  const bool is_line = input.numel() == input.size(dim);  // read where it lies, holes and repeats too
  const Tensor x = is_line ? input : input.contiguous();
  const Tensor y = empty(x.shape(), is_floating(x.dtype()) ? x.dtype() : int64);
  if (x.numel() == 0) return y;
  const std::int64_t size = x.size(dim);
  std::int64_t outer = 1, inner = 1;
  for (int i = 0; i < dim; ++i) outer *= x.size(i);
  for (int i = dim + 1; i < x.dim(); ++i) inner *= x.size(i);
  const std::int64_t step = is_line ? x.strides()[dim] : inner;
  dispatch(x.dtype(), [&]<class From>() {
    constexpr bool floats = std::is_floating_point_v<From>;
    using To = std::conditional_t<floats, From, std::int64_t>;
    using Total = std::conditional_t<floats, double, std::uint64_t>;  // integers wrap around
    parallel_for(outer * inner, parallel_grain / size + 1, [&](std::int64_t begin, std::int64_t end) {
      while (begin < end) {  // the columns of one matrix, then of the next
        const std::int64_t matrix = begin / inner, column = begin % inner;
        const std::int64_t last = std::min(inner, column + end - begin);
        cumsum_columns<From, To, Total>(raw<From>(x) + matrix * size * step, step,
                                        raw<To>(y) + matrix * size * inner, size, inner, column, last,
                                        from_the_end);
        begin += last - column;
      }
    });
  });
  return y;
}

}  // namespace xgrad::kernels
