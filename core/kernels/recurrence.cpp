#include <xgrad/core/kernels/recurrence.hpp>

#include <array>

#include <xgrad/core/kernels/columns.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// n columns of a matrix (size, inner), in double.
template <class T>
void recurrence_columns(const T* b, const T* a, T* y, std::int64_t size, std::int64_t inner, std::int64_t n,
                        bool from_the_end) {
  std::array<double, most_columns> totals;
  for (std::int64_t k = 0; k < size; ++k) {
    const std::int64_t at = from_the_end ? size - 1 - k : k;
    const T* terms = b + at * inner;
    const T* factors = a + (from_the_end ? at + 1 : at) * inner;  // read from the second row on
    T* row = y + at * inner;
    for (std::int64_t j = 0; j < n; ++j) {
      double& total = totals[static_cast<std::size_t>(j)];
      const auto term = static_cast<double>(terms[j]);
      total = k == 0 ? term : term + static_cast<double>(factors[j]) * total;
      row[j] = static_cast<T>(total);
    }
  }
}

}  // namespace

Tensor recurrence(const Tensor& terms, const Tensor& factors, int dim, bool from_the_end) {
  const Tensor b = terms.contiguous(), a = factors.contiguous(), y = empty(b.shape(), b.dtype());
  if (y.numel() == 0) return y;
  const AroundDim around = around_dim(y.shape(), dim);
  const std::int64_t size = around.size, inner = around.inner;
  dispatch_floating("recurrence", y, [&]<class T>() {
    for_each_columns(around, [&](std::int64_t matrix, std::int64_t column, std::int64_t n) {
      const std::int64_t at = matrix * size * inner + column;
      recurrence_columns(raw<T>(b) + at, raw<T>(a) + at, raw<T>(y) + at, size, inner, n, from_the_end);
    });
  });
  return y;
}

}  // namespace xgrad::kernels
