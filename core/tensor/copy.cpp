#include <xgrad/core/tensor/copy.hpp>

#include <algorithm>
#include <type_traits>

#include <xgrad/core/base/convert.hpp>
#include <xgrad/core/rows/bfloat16.hpp>
#include <xgrad/core/rows/transpose.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

template <class From, class To>
void convert_row(const From* from, To* to, std::int64_t n) {
  if constexpr (std::is_same_v<From, To>) {
    std::copy_n(from, n, to);
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    kernels::bfloat16_rows<BFloat16Rows>().round(from, to, n);
  } else if constexpr (std::is_same_v<From, BFloat16>) {
    kernels::rows<BFloat16Rows>().widen(from, to, n);
  } else {
    for (std::int64_t i = 0; i < n; ++i) to[i] = convert<To>(from[i]);
  }
}

// The side of a tile. Each thread takes whole tiles of rows, so two threads rarely write to one cache line.
constexpr std::int64_t tile = 16;

// to(j, i) = from(i, j), in small square tiles, so that every cache line of both sides is used whole. Row
// functions exist for float and double only.
template <class From, class To>
void transpose(const From* from, std::int64_t from_row, To* to, std::int64_t to_row, std::int64_t rows,
               std::int64_t columns) {
  if constexpr (std::is_same_v<From, To> && std::is_floating_point_v<To>) {
    kernels::rows<TransposeRows<To>>().transpose(from, from_row, to, to_row, rows, columns);
  } else {
    for (std::int64_t r = 0; r < rows; r += tile) {
      const std::int64_t r_end = std::min(r + tile, rows);
      for (std::int64_t c = 0; c < columns; c += tile) {
        const std::int64_t c_end = std::min(c + tile, columns);
        for (std::int64_t i = r; i < r_end; ++i) {
          for (std::int64_t j = c; j < c_end; ++j) to[i + j * to_row] = convert<To>(from[i * from_row + j]);
        }
      }
    }
  }
}

// A transpose of the last two dims: the source's rows are the destination's columns.
bool is_transposed(const Tensor& source, const Tensor& destination) {
  const int d = source.dim();
  return d >= 2 && source.strides()[d - 2] == 1 && destination.strides()[d - 1] == 1 && source.size(-1) > 1 &&
         source.size(-2) > 1 && source.strides()[d - 1] != 1;
}

template <class From, class To>
void copy_transposed(const Tensor& source, const Tensor& destination) {
  const From* from = raw<From>(source);
  To* to = raw<To>(destination);
  const int d = source.dim();
  const std::int64_t rows = source.size(-1), columns = source.size(-2);  // as the source is stored
  const std::int64_t from_row = source.strides()[d - 1], to_row = destination.strides()[d - 2];
  const auto outer = [](const Shape& sizes) { return sizes.without_last().without_last(); };
  Walk<2>(outer(source.shape()), {outer(source.strides()), outer(destination.strides())})
      .for_each_row(parallel_grain / (rows * columns) + 1, [=](const auto& at, const auto& step,
                                                               std::int64_t n) {
        for (std::int64_t i = 0; i < n; ++i) {
          const From* a = from + at[0] + i * step[0];
          To* b = to + at[1] + i * step[1];
          parallel_for((rows + tile - 1) / tile, parallel_grain / (tile * columns) + 1,
                       [&](std::int64_t begin, std::int64_t end) {
                         const std::int64_t first = begin * tile, last = std::min(end * tile, rows);
                         transpose(a + first * from_row, from_row, b + first, to_row, last - first, columns);
                       });
        }
      });
}

template <class From, class To>
void copy_as(const Tensor& source, const Tensor& destination) {
  if (is_transposed(source, destination)) return copy_transposed<From, To>(source, destination);
  const From* from = raw<From>(source);
  To* to = raw<To>(destination);
  Walk<2>(source.shape(), {source.strides(), destination.strides()})
      .for_each_row([=](const auto& at, const auto& step, std::int64_t n) {
        const From* a = from + at[0];
        To* b = to + at[1];
        if (step[0] == 1 && step[1] == 1) {
          convert_row(a, b, n);
        } else if (step[0] == 0 && step[1] == 1) {
          std::fill_n(b, n, convert<To>(*a));
        } else {
          for (std::int64_t i = 0; i < n; ++i) b[i * step[1]] = convert<To>(a[i * step[0]]);
        }
      });
}

// Other dtypes than float32 go through float32.
void copy_bfloat16(const Tensor& source, const Tensor& destination) {
  if (source.dtype() == destination.dtype()) return copy_as<BFloat16, BFloat16>(source, destination);
  if (source.dtype() == float32) return copy_as<float, BFloat16>(source, destination);
  if (destination.dtype() == float32) return copy_as<BFloat16, float>(source, destination);
  const Tensor numbers = empty(source.shape(), float32);
  copy(source, numbers);
  copy(numbers, destination);
}

}  // namespace

void copy(const Tensor& source, const Tensor& destination) {
  if (source.dtype() == bfloat16 || destination.dtype() == bfloat16)
    return copy_bfloat16(source, destination);
  dispatch(source.dtype(), [&]<class From>() {
    dispatch(destination.dtype(), [&]<class To>() { copy_as<From, To>(source, destination); });
  });
}

void fill(const Tensor& destination, Scalar value) {
  if (destination.dtype() == bfloat16)
    return copy(full({}, value, float32).expand(destination.shape()), destination);
  dispatch(destination.dtype(), [&]<class T>() {
    T* to = raw<T>(destination);
    const T filling = value.to<T>();
    Walk<1>(destination.shape(), {destination.strides()})
        .for_each_row([=](const auto& at, const auto& step, std::int64_t n) {
          T* row = to + at[0];
          for (std::int64_t i = 0; i < n; ++i) row[i * step[0]] = filling;
        });
  });
}

}  // namespace xgrad::kernels
