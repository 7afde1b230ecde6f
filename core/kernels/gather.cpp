#include <xgrad/core/kernels/gather.hpp>

#include <limits>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/walk.hpp>

namespace xgrad::kernels {
namespace {

// As a row function sees x: it stands still along `dim`, where the index moves it.
Strides without(const Tensor& x, int dim) {
  Strides strides = x.strides();
  strides[dim] = 0;
  return strides;
}

}  // namespace

Tensor gather(const Tensor& x, int dim, const Tensor& index) {
  const Tensor y = empty(index.shape(), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x);
    const auto* which = raw<std::int64_t>(index);
    T* to = raw<T>(y);
    const std::int64_t pace = x.strides()[dim];
    Walk<3>(y.shape(), {without(x, dim), index.strides(), y.strides()})
        .for_each_row([=](const auto& at, const auto& step, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) {
            to[at[2] + i * step[2]] = from[at[0] + i * step[0] + which[at[1] + i * step[1]] * pace];
          }
        });
  });
  return y;
}

void scatter_add_into(const Tensor& destination, int dim, const Tensor& index, const Tensor& source) {
  if (index.numel() == 0) return;
  constexpr std::int64_t one_thread = std::numeric_limits<std::int64_t>::max() / 2;
  dispatch_floating("scatter_add", destination, [&]<class T>() {
    const std::int64_t pace = destination.strides()[dim];
    const auto add = [&](const Tensor& places, const Tensor& terms, T* to) {
      const T* from = raw<T>(terms);
      const auto* which = raw<std::int64_t>(places);
      Walk<3>(places.shape(), {without(destination, dim), places.strides(), terms.strides()})
          .for_each_row(one_thread, [=](const auto& at, const auto& step, std::int64_t n) {
            for (std::int64_t i = 0; i < n; ++i) {
              to[at[0] + i * step[0] + which[at[1] + i * step[1]] * pace] += from[at[2] + i * step[2]];
            }
          });
    };
    // Threads share the largest of the other dims: never one element.
    int shared = dim == 0 && index.dim() > 1 ? 1 : 0;
    for (int i = 0; i < index.dim(); ++i) {
      if (i != dim && index.size(i) > index.size(shared)) shared = i;
    }
    if (shared == dim) return add(index, source, raw<T>(destination));
    parallel_for(index.size(shared), parallel_grain / (index.numel() / index.size(shared)) + 1,
                 [&](std::int64_t begin, std::int64_t end) {
                   add(index.slice(shared, begin, end), source.slice(shared, begin, end),
                       raw<T>(destination) + begin * destination.strides()[shared]);
                 });
  });
}

}  // namespace xgrad::kernels
