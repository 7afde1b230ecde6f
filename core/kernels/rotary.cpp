#include <xgrad/core/kernels/rotary.hpp>

#include <algorithm>
#include <cmath>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// Between a pair's elements and from pair to pair.
struct Steps {
  std::int64_t across, along;
};

template <class T>
void rotate(const T* x, const T* cos, const T* sin, T* y, std::int64_t pairs, Steps steps) {
  for (std::int64_t i = 0; i < pairs; ++i) {
    const T a = x[i * steps.along], b = x[i * steps.along + steps.across];
    y[i * steps.along] = a * cos[i] - b * sin[i];
    y[i * steps.along + steps.across] = a * sin[i] + b * cos[i];
  }
}

Tensor with_rows(const Tensor& x) { return x.strides().back() == 1 ? x : x.contiguous(); }

}  // namespace

Tensor rotary(const Tensor& any_x, const Tensor& cos, const Tensor& sin, bool interleaved) {
  const Tensor x = with_rows(any_x), y = empty(x.shape(), x.dtype());
  const std::int64_t d = x.size(-1), n = cos.size(-1);
  Shape pairs = x.shape();
  pairs[pairs.dim() - 1] = n;
  const Tensor c = with_rows(cos).expand(pairs), s = with_rows(sin).expand(pairs);
  const Steps steps = interleaved ? Steps{1, 2} : Steps{n, 1};
  const Walk<4> rows(pairs.without_last(), {x.strides().without_last(), y.strides().without_last(),
                                            c.strides().without_last(), s.strides().without_last()});
  dispatch_floating("rotary", x, [&]<class T>() {
    const T *from = raw<T>(x), *cos_from = raw<T>(c), *sin_from = raw<T>(s);
    T* to = raw<T>(y);
    rows.for_each_row(
        parallel_grain / (d + 1) + 1, [=](const Offsets<4>& at, const Offsets<4>& step, std::int64_t count) {
          for (std::int64_t i = 0; i < count; ++i) {
            const T* row = from + at[0] + i * step[0];
            T* to_row = to + at[1] + i * step[1];
            rotate(row, cos_from + at[2] + i * step[2], sin_from + at[3] + i * step[3], to_row, n, steps);
            std::copy(row + 2 * n, row + d, to_row + 2 * n);
          }
        });
  });
  return y;
}

Tensor rotary_frequencies(std::int64_t n, double base) {
  const Tensor frequencies = empty({n}, float64);
  for (std::int64_t i = 0; i < n; ++i)
    raw<double>(frequencies)[i] = std::pow(base, -static_cast<double>(i) / static_cast<double>(n));
  return frequencies;
}

RotaryTable rotary_table(const Tensor& positions, const Tensor& frequencies, DType dtype) {
  const std::int64_t n = frequencies.numel();
  Shape shape = positions.shape();
  shape.push_back(n);
  const RotaryTable table{empty(shape, dtype), empty(shape, dtype)};
  const auto* position = raw<std::int64_t>(positions);
  const auto* frequency = raw<double>(frequencies);
  dispatch_floating("rotary", table.cos, [&]<class T>() {
    T *cos = raw<T>(table.cos), *sin = raw<T>(table.sin);
    parallel_for(positions.numel(), exp_grain / (n + 1) + 1, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p) {
        for (std::int64_t i = 0; i < n; ++i) {
          const double angle = static_cast<double>(position[p]) * frequency[i];
          cos[p * n + i] = static_cast<T>(std::cos(angle));
          sin[p * n + i] = static_cast<T>(std::sin(angle));
        }
      }
    });
  });
  return table;
}

}  // namespace xgrad::kernels
