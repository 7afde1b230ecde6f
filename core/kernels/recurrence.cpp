#include <xgrad/core/kernels/recurrence.hpp>

#include <algorithm>
#include <array>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// Columns [begin, end) of (size, inner) matrices, in double, block by block.
template <class T>
void recurrence_columns(const T* b, const T* a, T* y, std::int64_t size, std::int64_t inner,
                        std::int64_t begin, std::int64_t end, bool from_the_end) {
  constexpr std::int64_t most = 256;
  std::array<double, most> totals;
  for (std::int64_t first = begin; first < end; first += most) {
    const std::int64_t n = std::min(most, end - first);
    for (std::int64_t k = 0; k < size; ++k) {
      const std::int64_t at = from_the_end ? size - 1 - k : k;
      const T* terms = b + at * inner + first;
      const T* factors = a + (from_the_end ? at + 1 : at) * inner + first;  // read from the second row on
      T* row = y + at * inner + first;
      for (std::int64_t j = 0; j < n; ++j) {
        double& total = totals[static_cast<std::size_t>(j)];
        const auto term = static_cast<double>(terms[j]);
        total = k == 0 ? term : term + static_cast<double>(factors[j]) * total;
        row[j] = static_cast<T>(total);
      }
    }
  }
}

}  // namespace

Tensor recurrence(const Tensor& terms, const Tensor& factors, int dim, bool from_the_end) {
  const Tensor b = terms.contiguous(), a = factors.contiguous(), y = empty(b.shape(), b.dtype());
  if (y.numel() == 0) return y;
  const auto [outer, size, inner] = around_dim(y.shape(), dim);
  dispatch_floating("recurrence", y, [&]<class T>() {
    parallel_for(outer * inner, parallel_grain / size + 1,
                 [&, size = size, inner = inner](std::int64_t begin, std::int64_t end) {
                   while (begin < end) {  // the columns of one matrix, then of the next
                     const std::int64_t matrix = begin / inner, column = begin % inner;
                     const std::int64_t last = std::min(inner, column + end - begin);
                     const std::int64_t at = matrix * size * inner;
                     recurrence_columns(raw<T>(b) + at, raw<T>(a) + at, raw<T>(y) + at, size, inner, column,
                                        last, from_the_end);
                     begin += last - column;
                   }
                 });
  });
  return y;
}

}  // namespace xgrad::kernels
