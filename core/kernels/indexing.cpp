#include <xgrad/core/kernels/indexing.hpp>

#include <algorithm>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/rows/math.hpp>

namespace xgrad::kernels {
namespace {

// A contiguous Tensor seen as (outer, size, inner), with `size` the dim that is indexed.
struct Around {
  std::int64_t outer = 1, size = 1, inner = 1;
  Around(const Shape& shape, int dim) : size(shape[dim]) {
    for (int i = 0; i < dim; ++i) outer *= shape[i];
    for (int i = dim + 1; i < shape.dim(); ++i) inner *= shape[i];
  }
};

}  // namespace

Tensor index_select(const Tensor& x, int dim, const Tensor& index) {
  const std::int64_t n = index.numel();
  Shape shape = x.shape();
  shape[dim] = n;
  const Tensor y = empty(shape, x.dtype());
  if (y.numel() == 0) return y;
  const Tensor from = x.contiguous(), at = index.contiguous();
  const Around around(x.shape(), dim);
  const std::int64_t inner = around.inner;
  dispatch(x.dtype(), [&]<class T>() {
    const auto* which = raw<std::int64_t>(at);
    parallel_for(around.outer * n, parallel_grain / inner + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t row = r / n * around.size + which[r % n];
        std::copy_n(raw<T>(from) + row * inner, inner, raw<T>(y) + r * inner);
      }
    });
  });
  return y;
}

void index_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  const std::int64_t n = index.numel();
  if (source.numel() == 0) return;
  const Tensor from = source.contiguous(), at = index.contiguous();
  const Around around(destination.shape(), dim);
  const std::int64_t inner = around.inner;
  dispatch_floating("index_add", destination, [&]<class T>() {
    const auto* which = raw<std::int64_t>(at);
    const auto add = [&](std::int64_t outer, std::int64_t begin, std::int64_t end) {
      T* to = raw<T>(destination) + outer * around.size * inner + begin;
      const T* terms = raw<T>(from) + outer * n * inner + begin;
      for (std::int64_t i = 0; i < n; ++i)
        rows<MathRows<T>>().add_scaled(terms + i * inner, T(1), to + which[i] * inner, end - begin);
    };
    // Threads share the outer dims, or the columns: never one element.
    if (around.outer > 1) {
      parallel_for(around.outer, parallel_grain / (n * inner) + 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t outer = begin; outer < end; ++outer) add(outer, 0, inner);
      });
    } else {
      parallel_for(inner, parallel_grain / n + 1,
                   [&](std::int64_t begin, std::int64_t end) { add(0, begin, end); });
    }
  });
}

}  // namespace xgrad::kernels
