#include <xgrad/core/kernels/arithmetic.hpp>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {

Tensor add(const Tensor& a, const Tensor& b) { return binary("add", Binary::add, a, b); }
Tensor sub(const Tensor& a, const Tensor& b) { return binary("sub", Binary::sub, a, b); }
Tensor mul(const Tensor& a, const Tensor& b) { return binary("mul", Binary::mul, a, b); }
Tensor weigh(const Tensor& a, const Tensor& b) { return binary("weigh", Binary::weigh, a, b); }

Tensor div(const Tensor& a, const Tensor& b) {
  const bool integers = !is_floating(promote("div", a.dtype(), b.dtype()));
  const auto floating = [&](const Tensor& x) { return integers ? x.to(get_default_dtype()) : x; };
  return binary("div", Binary::div, floating(a), floating(b));
}

Tensor pow(const Tensor& a, const Tensor& b) { return binary("pow", Binary::pow, a, b); }

Tensor neg(const Tensor& x) {
  return x.dtype() == int64 ? mul(x, full({}, -1)) : unary("neg", Unary::neg, x);
}
Tensor abs(const Tensor& x) { return x.dtype() == int64 ? mul(x, sign(x)) : unary("abs", Unary::abs, x); }
Tensor sign(const Tensor& x) {
  if (x.dtype() == int64) return sub(gt(x, full({}, 0)).to(int64), lt(x, full({}, 0)).to(int64));
  return unary("sign", Unary::sign, x);
}

Tensor scale(const Tensor& x, double factor) { return unary("mul", Unary::scale, x, factor); }
Tensor add_scalar(const Tensor& x, double value) { return unary("add", Unary::add_scalar, x, value); }

void add_into(const Tensor& destination, const Tensor& x, double factor) {
  binary_into("add_", Binary::add_scaled, destination, x, destination, factor);
}
void scale_into(const Tensor& destination, double factor) {
  unary_into("mul_", Unary::scale, destination, destination, factor);
}
void mul_into(const Tensor& destination, const Tensor& x) {
  binary_into("mul_", Binary::mul, destination, x, destination);
}

}  // namespace xgrad::kernels
