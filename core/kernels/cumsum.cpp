#include <xgrad/core/kernels/cumsum.hpp>

#include <algorithm>
#include <array>
#include <type_traits>

#include <xgrad/core/kernels/columns.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// n columns of a matrix of `size` rows. `step` leads to the next row of `from`, `inner` to that of `to`.
template <class From, class To, class Total, class Join>
void scan_columns(const From* from, std::int64_t step, To* to, std::int64_t size, std::int64_t inner,
                  std::int64_t n, bool from_the_end, Total start, const Join& join) {
  if (inner == 1) {
    Total total = start;
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t at = from_the_end ? size - 1 - k : k;
      total = join(total, static_cast<Total>(from[at * step]));
      to[at] = static_cast<To>(total);
    }
    return;
  }
  std::array<Total, most_columns> totals;
  std::fill_n(totals.begin(), n, start);
  for (std::int64_t k = 0; k < size; ++k) {
    const std::int64_t at = from_the_end ? size - 1 - k : k;
    const From* row = from + at * step;
    To* to_row = to + at * inner;
    for (std::int64_t j = 0; j < n; ++j) {
      Total& total = totals[static_cast<std::size_t>(j)];
      total = join(total, static_cast<Total>(row[j]));
      to_row[j] = static_cast<To>(total);
    }
  }
}

// y_i = join(y_{i−1}, x_i), from `start` on.
template <class Join>
Tensor scan(const Tensor& input, int dim, bool from_the_end, int start, const Join& join) {
  const bool is_line = input.numel() == input.size(dim);  // read in place, even with holes or repeats
  const Tensor x = is_line ? input : input.contiguous();
  const Tensor y = empty(x.shape(), is_floating(x.dtype()) ? x.dtype() : int64);
  if (x.numel() == 0) return y;
  const AroundDim around = around_dim(x.shape(), dim);
  const std::int64_t size = around.size, inner = around.inner, step = is_line ? x.strides()[dim] : inner;
  dispatch(x.dtype(), [&]<class From>() {
    constexpr bool floats = std::is_floating_point_v<From>;
    using To = std::conditional_t<floats, From, std::int64_t>;
    using Total = std::conditional_t<floats, double, std::uint64_t>;  // unsigned totals wrap around
    for_each_columns(around, [&](std::int64_t matrix, std::int64_t column, std::int64_t n) {
      scan_columns(raw<From>(x) + matrix * size * step + column, step,
                   raw<To>(y) + matrix * size * inner + column, size, inner, n, from_the_end,
                   static_cast<Total>(start), join);
    });
  });
  return y;
}

}  // namespace

Tensor cumsum(const Tensor& x, int dim, bool from_the_end) {
  return scan(x, dim, from_the_end, 0, [](auto total, auto value) { return total + value; });
}

Tensor cumprod(const Tensor& x, int dim) {
  return scan(x, dim, /*from_the_end=*/false, 1, [](auto total, auto value) { return total * value; });
}

}  // namespace xgrad::kernels
