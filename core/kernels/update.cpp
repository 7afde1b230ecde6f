#include <xgrad/core/kernels/update.hpp>

#include <cmath>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/update.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {

void adamw(const AdamWConstants& c, const Tensor& grad, const Tensor& parameter, const Tensor& m,
           const Tensor& v) {
  dispatch_floating("adamw", parameter, [&]<class T>() {
    const auto t = static_cast<double>(c.step);
    const AdamWStep<T> step = {.lr = static_cast<T>(c.lr),
                               .beta1 = static_cast<T>(c.beta1),
                               .beta2 = static_cast<T>(c.beta2),
                               .eps = static_cast<T>(c.eps),
                               .weight_decay = static_cast<T>(c.weight_decay),
                               .rest1 = static_cast<T>(1 - c.beta1),
                               .rest2 = static_cast<T>(1 - c.beta2),
                               .bias_correction1 = static_cast<T>(1 - std::pow(c.beta1, t)),
                               .root_bias_correction2 = static_cast<T>(std::sqrt(1 - std::pow(c.beta2, t)))};
    parallel_for(parameter.numel(), parallel_grain, [&](std::int64_t begin, std::int64_t end) {
      rows<UpdateRows<T>>().adamw(step, raw<T>(grad) + begin, raw<T>(parameter) + begin, raw<T>(m) + begin,
                                  raw<T>(v) + begin, end - begin);
    });
  });
}

}  // namespace xgrad::kernels
