#include <xgrad/core/kernels/indexing.hpp>

#include <utility>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {

Tensor gather(const Tensor& x, int dim, const Tensor& index) {
  const Tensor y = empty(index.shape(), x.dtype());
  dispatch(x.dtype(), [&]<class T>() {
    const T* from = raw<T>(x);
    const auto* which = raw<std::int64_t>(index);
    T* to = raw<T>(y);
    Strides others = x.strides();  // along `dim`, the index gives the step
    const std::int64_t pace = std::exchange(others[dim], 0);
    Walk<3>(y.shape(), {others, index.strides(), y.strides()})
        .for_each_row([=](const auto& at, const auto& step, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) {
            to[at[2] + i * step[2]] = from[at[0] + i * step[0] + which[at[1] + i * step[1]] * pace];
          }
        });
  });
  return y;
}

}  // namespace xgrad::kernels
