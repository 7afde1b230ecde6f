#include <xgrad/core/rows/update.hpp>

#include <xgrad/core/rows/loops.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void adamw(const AdamWStep<T>& s, const T* grad, T* parameter, T* m, T* v, std::int64_t n) {
  using B = Batch<T>;
  const B beta1(s.beta1), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), eps(s.eps);
  const B decay(1 - s.lr * s.weight_decay), step_size(s.lr / s.bias_correction1);
  const B root_scale(1 / s.root_bias_correction2);
  batches<T>(n, [&](auto at) {
    const B g = at.load(grad);
    const B m_i = beta1 * at.load(m) + rest1 * g;
    const B v_i = beta2 * at.load(v) + rest2 * g * g;
    const B denominator = sqrt(v_i) * root_scale + eps;
    at.store(parameter, at.load(parameter) * decay - step_size * (m_i / denominator));
    at.store(m, m_i);
    at.store(v, v_i);
  });
}

template <class T>
constexpr UpdateRows<T> make_table() {
  return {.adamw = adamw<T>};
}

}  // namespace

XGRAD_ROWS(UpdateRows, make_table)

}  // namespace xgrad::kernels
