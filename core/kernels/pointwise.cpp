#include <xgrad/core/kernels/pointwise.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/kernels/rows/gelu.hpp>
#include <xgrad/core/kernels/rows/math.hpp>

namespace xgrad::kernels {

Tensor exp(const Tensor& x) {
  return map("exp", x, []<class T>(T) { return rows<MathRows<T>>().exp; });
}
Tensor log(const Tensor& x) {
  return map("log", x, []<class T>(T) { return rows<MathRows<T>>().log; });
}
Tensor sqrt(const Tensor& x) {
  return map("sqrt", x, []<class T>(T) { return rows<MathRows<T>>().sqrt; });
}
Tensor tanh(const Tensor& x) {
  return map("tanh", x, []<class T>(T) { return rows<MathRows<T>>().tanh; });
}
Tensor erf(const Tensor& x) {
  return map("erf", x, []<class T>(T) { return rows<MathRows<T>>().erf; });
}
Tensor relu(const Tensor& x) {
  return map("relu", x, []<class T>(T) { return rows<MathRows<T>>().relu; });
}

Tensor gelu(const Tensor& x) {
  return map("gelu", x, []<class T>(T) { return rows<GeluRows<T>>().exact; });
}
Tensor gelu_tanh(const Tensor& x) {
  return map("gelu", x, []<class T>(T) { return rows<GeluRows<T>>().tanh; });
}

namespace {

template <class Select>
Tensor backward(const Tensor& g, const Tensor& x, const Select& select) {
  if (g.shape() != x.shape() || g.dtype() != x.dtype()) {
    fail("gelu_backward", "the gradient is ", g.shape(), " ", g.dtype(), ", x ", x.shape(), " ", x.dtype());
  }
  return dispatch_floating("gelu_backward", x, [&]<class T>() {
    const Tensor dx = empty(x.shape(), x.dtype());
    zip_into<T, T>(g, x, dx, select(rows<GeluRows<T>>()));
    return dx;
  });
}

}  // namespace

Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  return backward(g, x, [](const auto& r) { return r.exact_backward; });
}
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x) {
  return backward(g, x, [](const auto& r) { return r.tanh_backward; });
}

}  // namespace xgrad::kernels
