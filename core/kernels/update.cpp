#include <xgrad/core/kernels/update.hpp>

#include <cmath>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/update.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {
namespace {

// row(begin, n) for the shares of the threads. An element takes a root, a division and up to seven accesses.
template <class Row>
void for_shares(const Tensor& parameter, const Row& row) {
  parallel_for(parameter.numel(), exp_grain,
               [&](std::int64_t begin, std::int64_t end) { row(begin, end - begin); });
}

template <class T>
T* from(const Tensor& tensor, std::int64_t begin) {
  return tensor.defined() ? raw<T>(tensor) + begin : nullptr;
}

}  // namespace

void sgd(const SGDConstants& c, const Tensor& grad, const Tensor& parameter, const Tensor& velocity) {
  dispatch_floating("sgd", parameter, [&]<class T>() {
    const SGDStep<T> step = {.lr = static_cast<T>(c.lr),
                             .momentum = static_cast<T>(c.momentum),
                             .grad_sign = static_cast<T>(c.maximize ? -1 : 1),
                             .grad_decay = static_cast<T>(c.weight_decay),
                             .rest = static_cast<T>(1 - c.dampening),
                             .nesterov = c.nesterov};
    for_shares(parameter, [&](std::int64_t i, std::int64_t n) {
      rows<UpdateRows<T>>().sgd(step, from<T>(grad, i), from<T>(parameter, i), from<T>(velocity, i), n);
    });
  });
}

void adamw(const AdamWConstants& c, const Tensor& grad, const Tensor& parameter, const Tensor& m,
           const Tensor& v, const Tensor& max_v) {
  dispatch_floating("adamw", parameter, [&]<class T>() {
    const auto t = static_cast<double>(c.step);
    const AdamWStep<T> step = {.lr = static_cast<T>(c.lr),
                               .beta1 = static_cast<T>(c.beta1),
                               .beta2 = static_cast<T>(c.beta2),
                               .eps = static_cast<T>(c.eps),
                               .weight_decay = static_cast<T>(c.weight_decay),
                               .grad_sign = static_cast<T>(c.maximize ? -1 : 1),
                               .grad_decay = static_cast<T>(c.grad_decay),
                               .rest1 = static_cast<T>(1 - c.beta1),
                               .rest2 = static_cast<T>(1 - c.beta2),
                               .bias_correction1 = static_cast<T>(1 - std::pow(c.beta1, t)),
                               .root_bias_correction2 = static_cast<T>(std::sqrt(1 - std::pow(c.beta2, t)))};
    for_shares(parameter, [&](std::int64_t i, std::int64_t n) {
      rows<UpdateRows<T>>().adamw(step, from<T>(grad, i), from<T>(parameter, i), from<T>(m, i), from<T>(v, i),
                                  from<T>(max_v, i), n);
    });
  });
}

void rmsprop(const RMSpropConstants& c, const Tensor& grad, const Tensor& parameter, const Tensor& square,
             const Tensor& velocity, const Tensor& mean) {
  dispatch_floating("rmsprop", parameter, [&]<class T>() {
    const RMSpropStep<T> step = {.lr = static_cast<T>(c.lr),
                                 .alpha = static_cast<T>(c.alpha),
                                 .eps = static_cast<T>(c.eps),
                                 .momentum = static_cast<T>(c.momentum),
                                 .grad_sign = static_cast<T>(c.maximize ? -1 : 1),
                                 .grad_decay = static_cast<T>(c.weight_decay),
                                 .rest = static_cast<T>(1 - c.alpha)};
    for_shares(parameter, [&](std::int64_t i, std::int64_t n) {
      rows<UpdateRows<T>>().rmsprop(step, from<T>(grad, i), from<T>(parameter, i), from<T>(square, i),
                                    from<T>(velocity, i), from<T>(mean, i), n);
    });
  });
}

}  // namespace xgrad::kernels
