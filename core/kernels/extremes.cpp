#include <functional>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce_loops.hpp>
#include <xgrad/core/rows/reduce.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

// Where a reduction of T starts, what is better, and the row functions that find it.
struct Max {
  static constexpr const char* which = "largest";
  using IsBetter = std::greater<>;
  template <class T>
  static constexpr T start() {
    if constexpr (std::is_floating_point_v<T>) return -std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::lowest();
  }
  template <class T>
  static auto row_functions() {
    return std::pair(rows<ReduceRows<T>>().max_row, rows<ReduceRows<T>>().max_rows);
  }
};
struct Min {
  static constexpr const char* which = "smallest";
  using IsBetter = std::less<>;
  template <class T>
  static constexpr T start() {
    if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::infinity();
    return std::numeric_limits<T>::max();
  }
  template <class T>
  static auto row_functions() {
    return std::pair(rows<ReduceRows<T>>().min_row, rows<ReduceRows<T>>().min_rows);
  }
};

template <class Extreme>
Tensor reduce_to(std::string_view op, const Tensor& input, DimSet dims, bool keepdim) {
  for (int i = 0; i < input.dim(); ++i) {
    if (dims[static_cast<std::size_t>(i)]) check_extreme(op, input.shape(), i, Extreme::which);
  }
  const Distinct distinct(input, dims);
  const Tensor& x = distinct.x;
  const Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), x.dtype());
  if (x.numel() == 0) return y;
  dispatch(x.dtype(), [&]<class T>() {
    const auto best_of = [](T& best, T value) {
      if (typename Extreme::IsBetter()(value, best) || value != value) best = value;
    };
    const auto same = [](T best) { return best; };
    constexpr T start = Extreme::template start<T>();
    if constexpr (std::is_floating_point_v<T>) {
      const auto [row, some_rows] = Extreme::template row_functions<T>();
      reduce_into<T, T, T>(x, dims, y, start, row, some_rows, same, best_of);
    } else {
      reduce_into<T, T, T>(
          x, dims, y, start,
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
  return distinct.spread(y, input.shape(), dims, keepdim);
}

}  // namespace

void check_extreme(std::string_view op, const Shape& shape, int dim, std::string_view which) {
  if (shape[dim] > 0) return;
  fail(op, "dim ", dim, " of shape ", shape, " has size 0: there is no ", which, " element");
}

Tensor amax(std::string_view op, const Tensor& x, DimSet dims, bool keepdim) {
  return reduce_to<Max>(op, x, dims, keepdim);
}
Tensor amin(std::string_view op, const Tensor& x, DimSet dims, bool keepdim) {
  return reduce_to<Min>(op, x, dims, keepdim);
}

}  // namespace xgrad::kernels
