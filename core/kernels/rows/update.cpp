#include <xgrad/core/kernels/rows/update.hpp>

#include <xgrad/core/kernels/rows/simd.hpp>

namespace xgrad::kernels {
namespace {

// Plain loops: the compiler turns them into the instruction set's own.

template <class T>
void adamw(const AdamWStep<T>& s, const T* grad, T* parameter, T* m, T* v, std::int64_t n) {
  const T decay = 1 - s.lr * s.weight_decay;
  const T step_size = s.lr / s.bias_correction1, root_scale = 1 / s.root_bias_correction2;
  for (std::int64_t i = 0; i < n; ++i) {
    const T g = grad[i];
    m[i] = s.beta1 * m[i] + s.rest1 * g;
    v[i] = s.beta2 * v[i] + s.rest2 * g * g;
    const T denominator = std::sqrt(v[i]) * root_scale + s.eps;
    parameter[i] = parameter[i] * decay - step_size * (m[i] / denominator);
  }
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

template <>
const UpdateRows<float>& rows_for<UpdateRows<float>, Isa::XGRAD_ISA>() {
  static constexpr UpdateRows<float> table = make_table<float>();
  return table;
}

template <>
const UpdateRows<double>& rows_for<UpdateRows<double>, Isa::XGRAD_ISA>() {
  static constexpr UpdateRows<double> table = make_table<double>();
  return table;
}

}  // namespace xgrad::kernels
