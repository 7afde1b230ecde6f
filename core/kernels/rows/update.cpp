#include <xgrad/core/kernels/rows/update.hpp>

#include <xgrad/core/kernels/rows/simd.hpp>

namespace xgrad::kernels {
namespace {

// Plain loops: the compiler turns them into the instruction set's own.

template <class T>
void adamw(const AdamWStep<T>& s, const T* grad, T* parameter, T* m, T* v, std::int64_t n) {
  const T decay = 1 - s.lr * s.weight_decay;
  const T step_size = s.lr / s.bias_correction1;
  const T rest1 = 1 - s.beta1, rest2 = 1 - s.beta2;
  for (std::int64_t i = 0; i < n; ++i) {
    const T g = grad[i];
    m[i] = s.beta1 * m[i] + rest1 * g;
    v[i] = s.beta2 * v[i] + rest2 * g * g;
    const T denominator = std::sqrt(v[i]) / s.root_bias_correction2 + s.eps;
    parameter[i] = parameter[i] * decay - step_size * (m[i] / denominator);
  }
}

// Blocks of 1,024 are summed in T's lanes and added up in double.
template <class T>
double sum_of_squares(const T* x, std::int64_t n) {
  constexpr auto width = static_cast<std::int64_t>(Batch<T>::size);
  double total = 0;
  std::int64_t i = 0;
  while (i + width <= n) {
    const std::int64_t end = i + 1024 < n ? i + 1024 : n;
    Batch<T> lanes(T(0));
    for (; i + width <= end; i += width) {
      const Batch<T> a = load<T>(x + i);
      lanes += a * a;
    }
    total += static_cast<double>(sum_of(lanes));
  }
  for (; i < n; ++i) total += static_cast<double>(x[i]) * static_cast<double>(x[i]);
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
