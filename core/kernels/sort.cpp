#include <xgrad/core/kernels/sort.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// A value beside its index, so that comparing needs no second access.
template <class T>
struct Entry {
  T value;
  std::int64_t index;
};

template <class T>
bool is_larger(T a, T b) {
  return a > b || (a != a && b == b);
}

// Puts the first k entries in order. Not inlined into the loop over rows: the sort needs every register.
template <class T>
[[gnu::noinline]] void sort_row(std::vector<Entry<T>>& row, std::int64_t k, bool descending) {
  const auto comes_first = [descending](const Entry<T>& a, const Entry<T>& b) {
    const Entry<T>&first = descending ? a : b, &second = descending ? b : a;
    return is_larger(first.value, second.value) ||
           (a.index < b.index && !is_larger(second.value, first.value));
  };
  if (k == static_cast<std::int64_t>(row.size())) {
    std::sort(row.begin(), row.end(), comes_first);
  } else {
    std::partial_sort(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(k), row.end(), comes_first);
  }
}

}  // namespace

Tensor argsort(const Tensor& input, std::int64_t k, bool descending) {
  const Tensor x = input.contiguous();
  Shape shape = x.shape();
  shape.back() = k;
  const Tensor y = empty(shape, int64);
  if (y.numel() == 0) return y;
  const std::int64_t n = x.shape().back();
  dispatch(x.dtype(), [&]<class T>() {
    parallel_for(x.numel() / n, parallel_grain / n / 8 + 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<Entry<T>> row(static_cast<std::size_t>(n));
      for (std::int64_t r = begin; r < end; ++r) {
        for (std::int64_t i = 0; i < n; ++i) row[static_cast<std::size_t>(i)] = {raw<T>(x)[r * n + i], i};
        sort_row(row, k, descending);
        auto* order = raw<std::int64_t>(y) + r * k;
        for (std::int64_t i = 0; i < k; ++i) order[i] = row[static_cast<std::size_t>(i)].index;
      }
    });
  });
  return y;
}

}  // namespace xgrad::kernels
