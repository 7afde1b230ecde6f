#include <xgrad/core/kernels/rearrange.hpp>

#include <algorithm>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

Tensor roll(const Tensor& x, int dim, std::int64_t shift) {
  const Tensor y = empty(x.shape(), x.dtype());
  const std::int64_t rest = x.size(dim) - shift;
  copy(x.slice(dim, 0, rest), y.slice(dim, shift));
  copy(x.slice(dim, rest), y.slice(dim, 0, shift));
  return y;
}

Tensor flip(const Tensor& x, DimSet dims) {
  if (x.numel() == 0) return x.clone();
  Strides backwards = x.strides();  // a view from the last element on, with negative strides
  std::int64_t first = x.offset();
  for (int i = 0; i < x.dim(); ++i) {
    if (!contains(dims, i)) continue;
    first += (x.size(i) - 1) * backwards[i];
    backwards[i] = -backwards[i];
  }
  return Tensor(x.storage(), x.shape(), backwards, first, x.dtype()).clone();
}

Tensor triangle(const Tensor& input, std::int64_t diagonal, bool lower) {
  const Tensor x = input.contiguous(), y = empty(x.shape(), x.dtype());
  if (x.numel() == 0) return y;
  const std::int64_t rows = x.size(-2), n = x.size(-1);
  dispatch(x.dtype(), [&]<class T>() {
    parallel_for(x.numel() / n, parallel_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t i = r % rows, reach = std::min(n, rows);
        // The first j beyond the lower triangle. `near` is clamped so that the sum cannot overflow.
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

}  // namespace xgrad::kernels
