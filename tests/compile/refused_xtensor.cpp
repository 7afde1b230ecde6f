// What must not compile with the bridge to xtensor. Each test defines one of these names and compares the
// compiler's message (tests.cmake). Without a name the file compiles.
#include <complex>

#include <xgrad/core/xtensor.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

void calls_that_compile(const Tensor& t, const Variable& x, const xt::xarray<float>& a) {
  Tensor y = a;
  y = xt::exp(a) + a, y = xgrad::exp(a).value();
  t + a, a *x, xt::ones<float>({2}) < x, matmul(x, a), maximum(a, t);
}

void refused([[maybe_unused]] const Tensor& t, [[maybe_unused]] const xt::xarray<float>& a) {
#ifdef TENSOR_OF_COMPLEX
  Tensor y = xt::xarray<std::complex<float>>();
#elif defined VARIABLE_OF_LONG_DOUBLE
  Variable y = xt::xarray<long double>() + 1.0L;
#elif defined MODULUS
  t % a;
#elif defined MAP_TO_A_NUMBER
  map_xt(t, [](const auto&) { return 1; });
#endif
}
