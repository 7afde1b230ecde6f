#include <xgrad/core/kernels/rows/gelu.hpp>

#include <xgrad/core/kernels/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

constexpr double sqrt_half = 0.70710678118654752440;       // √(1/2)
constexpr double density = 0.39894228040143267794;         // 1/√(2π)
constexpr double sqrt_2_over_pi = 0.79788456080286535588;  // √(2/π)
constexpr double cubic = 0.044715;

template <class T>
using B = Batch<T>;

template <class T>
B<T> number(double value) {
  return B<T>(static_cast<T>(value));
}

// Φ(x), the share of a standard normal below x
template <class T>
B<T> below(B<T> x) {
  return number<T>(0.5) * (number<T>(1) + fast_erf<T>(B<T>(x * number<T>(sqrt_half))));
}

template <class T>
B<T> exact(B<T> x) {
  return x * below<T>(x);
}

template <class T>
B<T> exact_slope(B<T> x) {  // Φ(x) + x φ(x)
  return below<T>(x) + x * number<T>(density) * fast_exp<T>(B<T>(number<T>(-0.5) * x * x));
}

template <class T>
B<T> clamped(B<T> x) {  // to where tanh has long reached ±1, so that x³ does not overflow
  return within<T>(x, number<T>(16));
}

template <class T>
B<T> bent(B<T> x) {  // tanh(√(2/π) (x + 0.044715 x³))
  return tanh(B<T>(number<T>(sqrt_2_over_pi) * (x + number<T>(cubic) * x * x * x)));
}

template <class T>
B<T> approximate(B<T> x) {
  return number<T>(0.5) * x * (number<T>(1) + bent<T>(clamped<T>(x)));
}

template <class T>
B<T> approximate_slope(B<T> x) {  // ½(1 + t) + ½ x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²)
  const B<T> z = clamped<T>(x), t = bent<T>(z);
  const B<T> inner = number<T>(sqrt_2_over_pi) * (number<T>(1) + number<T>(3 * cubic) * z * z);
  return number<T>(0.5) * (number<T>(1) + t) + number<T>(0.5) * x * (number<T>(1) - t * t) * inner;
}

template <class T>
constexpr GeluRows<T> make_table() {
  GeluRows<T> t{};
  t.exact = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return exact<T>(a); }); };
  t.tanh = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return approximate<T>(a); });
  };
  t.exact_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * exact_slope<T>(a)); });
  };
  t.tanh_backward = [](const T* g, const T* x, T* y, std::int64_t n) {
    zip_row(g, x, y, n, [](B<T> d, B<T> a) { return B<T>(d * approximate_slope<T>(a)); });
  };
  return t;
}

}  // namespace

XGRAD_ROWS(GeluRows, make_table)

}  // namespace xgrad::kernels
