// amax, amin, and logsumexp, which starts with one.

#include <cmath>
#include <functional>
#include <limits>

#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/pointwise.hpp>
#include <xgrad/core/kernels/reduction.hpp>
#include <xgrad/core/kernels/rows/loss.hpp>
#include <xgrad/core/kernels/rows/reduce.hpp>
#include <xgrad/core/kernels/select.hpp>

namespace xgrad::kernels {
namespace {

// `worst(T{})` is where a reduction of T starts, `select` names its row functions.
template <class IsBetter, class Worst, class Select>
Tensor extreme(const char* op, const Tensor& x, Dims dims, bool keepdim, const Worst& worst,
               const Select& select) {
  for (int i = 0; i < x.dim(); ++i) {
    if (dims[static_cast<std::size_t>(i)] && x.size(i) == 0) {
      fail(op, "dim ", i, " of shape ", x.shape(), " has size 0, and no elements have no ",
           op == std::string_view("amax") ? "maximum" : "minimum");
    }
  }
  const Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), x.dtype());
  if (x.numel() == 0) return y;
  dispatch(x.dtype(), [&]<class T>() {
    const auto best_of = [](T& best, T value) {
      if (IsBetter()(value, best) || value != value) best = value;
    };
    const auto same = [](T best) { return best; };
    if constexpr (std::is_floating_point_v<T>) {
      const auto [row, some_rows] = select(rows<ReduceRows<T>>());
      reduce_into<T, T, T>(x, dims, y, worst(T{}), row, some_rows, same, best_of);
    } else {
      reduce_into<T, T, T>(
          x, dims, y, worst(T{}),
          [&](const T* row, std::int64_t n, T* best) {
            for (std::int64_t i = 0; i < n; ++i) best_of(*best, row[i]);
          },
          [&](const T* row, std::int64_t count, std::int64_t step, std::int64_t n, T* best) {
            for (std::int64_t i = 0; i < count; ++i) {
              for (std::int64_t j = 0; j < n; ++j) best_of(best[j], row[i * step + j]);
            }
          },
          same, best_of);
    }
  });
  return y;
}

// The far end of T: infinite where T has infinity.
template <class T>
constexpr T most() {
  if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::max();
}
template <class T>
constexpr T least() {
  if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
  return std::numeric_limits<T>::lowest();
}

}  // namespace

Tensor amax(const Tensor& x, Dims dims, bool keepdim) {
  return extreme<std::greater<>>(
      "amax", x, dims, keepdim, []<class T>(T) { return least<T>(); },
      [](const auto& r) { return std::pair(r.max_row, r.max_rows); });
}

Tensor amin(const Tensor& x, Dims dims, bool keepdim) {
  return extreme<std::less<>>(
      "amin", x, dims, keepdim, []<class T>(T) { return most<T>(); },
      [](const auto& r) { return std::pair(r.min_row, r.min_rows); });
}

namespace {

// Of contiguous rows. What overflows or is NaN is left as log Σ exp x has it.
Tensor logsumexp_of_rows(const Tensor& x, std::int64_t n, const Shape& shape) {
  const Tensor y = empty(shape, x.dtype());
  dispatch_floating("logsumexp", x, [&]<class T>() {
    const T* from = raw<T>(x);
    T* to = raw<T>(y);
    parallel_for(y.numel(), parallel_grain / 8 / n + 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const T* row = from + r * n;
        T max = 0, sum = 0;
        rows<LossRows<T>>().log_sum_exp(row, n, &max, &sum);
        to[r] = max + std::log(sum);
        if (std::isfinite(to[r])) continue;
        sum = 0;
        for (std::int64_t i = 0; i < n; ++i) sum += std::isfinite(row[i]) ? T(0) : std::exp(row[i]);
        to[r] = std::log(sum);
      }
    });
  });
  return y;
}

}  // namespace

Tensor logsumexp(const Tensor& x, Dims dims, bool keepdim) {
  check_floating("logsumexp", x);
  const Shape shape = reduced_shape(x.shape(), dims, keepdim);
  if (x.numel() == 0) return full(shape, -std::numeric_limits<double>::infinity(), x.dtype());
  const std::int64_t n = reduced_count(x.shape(), dims);
  std::int64_t inner = 1;
  for (int i = x.dim() - 1; i >= 0 && dims[static_cast<std::size_t>(i)]; --i) inner *= x.size(i);
  if (inner == n) return logsumexp_of_rows(x.contiguous(), n, shape);
  // Not one row each: log(Σ exp(x − max)) + max, where an infinite max is not subtracted.
  const Tensor max = amax(x, dims, /*keepdim=*/true);
  const Tensor shift = masked_fill(max, eq(abs(max), full({}, INFINITY, x.dtype())), 0);
  const Tensor total = sum(exp(sub(x, shift)), dims, /*keepdim=*/true);
  return add(log(total), shift).reshape(shape);
}

}  // namespace xgrad::kernels
