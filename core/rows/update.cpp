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
  const auto update = [&](const B& g, B& parameter, B& m, B& v) {
    m = beta1 * m + rest1 * g;
    v = beta2 * v + rest2 * g * g;
    const B denominator = sqrt(v) * root_scale + eps;
    parameter = parameter * decay - step_size * (m / denominator);
  };
  batches<T>(
      n,
      [&](std::int64_t i, int) {
        B p = load<T>(parameter + i), m_i = load<T>(m + i), v_i = load<T>(v + i);
        update(load<T>(grad + i), p, m_i, v_i);
        store<T>(parameter + i, p);
        store<T>(m + i, m_i);
        store<T>(v + i, v_i);
      },
      [&](std::int64_t i, std::int64_t count) {
        const auto part = [&](const T* x) { return load_part<T>(x + i, count, T(0)); };
        B p = part(parameter), m_i = part(m), v_i = part(v);
        update(part(grad), p, m_i, v_i);
        store_part<T>(parameter + i, p, count);
        store_part<T>(m + i, m_i, count);
        store_part<T>(v + i, v_i, count);
      });
}

// In double from the start: the squares of float gradients beyond 1e19 or below 1e-19 are out of float's
// range. Lanes, so that the additions don't wait for each other.
template <class T>
double sum_of_squares(const T* x, std::int64_t n) {
  constexpr std::int64_t width = 32;
  double lanes[width] = {};
  std::int64_t i = 0;
  for (; i + width <= n; i += width) {
    for (std::int64_t k = 0; k < width; ++k) {
      const auto a = static_cast<double>(x[i + k]);
      lanes[k] += a * a;
    }
  }
  for (; i < n; ++i) lanes[0] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

template <class T>
constexpr UpdateRows<T> make_table() {
  return {.adamw = adamw<T>, .sum_of_squares = sum_of_squares<T>};
}

}  // namespace

XGRAD_ROWS(UpdateRows, make_table)

}  // namespace xgrad::kernels
