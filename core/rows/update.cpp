#include <xgrad/core/rows/update.hpp>

#include <xgrad/core/rows/loops.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
void sgd(const SGDStep<T>& s, const T* grad, T* p, T* velocity, std::int64_t n) {
  using B = Batch<T>;
  const B lr(s.lr), sign(s.grad_sign), decay(s.grad_decay), momentum(s.momentum), rest(s.rest);
  batches_from<T>(0, n, [&](auto at) {
    const B p_i = at.load(p);
    B d = sign * at.load(grad) + decay * p_i;
    if (velocity) {
      const B v = momentum * at.load(velocity) + rest * d;
      at.store(velocity, v);
      d = s.nesterov ? d + momentum * v : v;
    }
    at.store(p, p_i - lr * d);
  });
}

template <class T>
void adamw(const AdamWStep<T>& s, const T* grad, T* p, T* m, T* v, T* max_v, std::int64_t n) {
  using B = Batch<T>;
  const B beta1(s.beta1), rest1(s.rest1), beta2(s.beta2), rest2(s.rest2), eps(s.eps);
  const B sign(s.grad_sign), grad_decay(s.grad_decay);
  const B decay(1 - s.lr * s.weight_decay), step_size(s.lr / s.bias_correction1);
  const B root_scale(1 / s.root_bias_correction2);
  batches<T>(n, [&](auto at) {
    const B p_i = at.load(p), g = sign * at.load(grad) + grad_decay * p_i;
    const B m_i = beta1 * at.load(m) + rest1 * g;
    const B v_i = beta2 * at.load(v) + rest2 * g * g;
    at.store(m, m_i);
    at.store(v, v_i);
    B bound = v_i;
    if (max_v) {
      bound = max(at.load(max_v), v_i);
      at.store(max_v, bound);
    }
    const B denominator = sqrt(bound) * root_scale + eps;
    at.store(p, p_i * decay - step_size * (m_i / denominator));
  });
}

template <class T>
void rmsprop(const RMSpropStep<T>& s, const T* grad, T* p, T* square, T* velocity, T* mean, std::int64_t n) {
  using B = Batch<T>;
  const B lr(s.lr), sign(s.grad_sign), decay(s.grad_decay), alpha(s.alpha), rest(s.rest), eps(s.eps);
  const B momentum(s.momentum);
  batches_from<T>(0, n, [&](auto at) {
    const B p_i = at.load(p), g = sign * at.load(grad) + decay * p_i;
    const B square_i = alpha * at.load(square) + rest * g * g;
    at.store(square, square_i);
    B variance = square_i;
    if (mean) {
      const B mean_i = alpha * at.load(mean) + rest * g;
      at.store(mean, mean_i);
      // Rounding may give less than 0. In this order a NaN of the gradient stays one.
      variance = max(B(T(0)), square_i - mean_i * mean_i);
    }
    B d = g / (sqrt(variance) + eps);
    if (velocity) {
      d = momentum * at.load(velocity) + d;
      at.store(velocity, d);
    }
    at.store(p, p_i - lr * d);
  });
}

template <class T>
constexpr UpdateRows<T> make_table() {
  return {.sgd = sgd<T>, .adamw = adamw<T>, .rmsprop = rmsprop<T>};
}

}  // namespace

XGRAD_ROWS(UpdateRows, make_table)

}  // namespace xgrad::kernels
