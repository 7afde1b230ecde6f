#include <xgrad/core/kernels/pointwise.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/rows/activation.hpp>
#include <xgrad/core/rows/gelu.hpp>
#include <xgrad/core/rows/math.hpp>

namespace xgrad::kernels {

Tensor exp(const Tensor& x) {
  return map("exp", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().exp; });
}
Tensor log(const Tensor& x) {
  return map("log", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().log; });
}
Tensor sqrt(const Tensor& x) {
  return map("sqrt", x, []<class T>(T) { return rows<MathRows<T>>().sqrt; });
}
Tensor tanh(const Tensor& x) {
  return map("tanh", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().tanh; });
}
Tensor erf(const Tensor& x) {
  return map("erf", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().erf; });
}
Tensor relu(const Tensor& x) {
  return map("relu", x, []<class T>(T) { return rows<MathRows<T>>().relu; });
}

Tensor log1p(const Tensor& x) {
  return map("log1p", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().log1p; });
}
Tensor rsqrt(const Tensor& x) {
  return map("rsqrt", x, []<class T>(T) { return rows<MathRows<T>>().rsqrt; });
}
Tensor sin(const Tensor& x) {
  return map("sin", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().sin; });
}
Tensor cos(const Tensor& x) {
  return map("cos", x, exp_grain, []<class T>(T) { return rows<MathRows<T>>().cos; });
}
Tensor abs(const Tensor& x) {
  if (x.dtype() == int64) return mul(x, sign(x));
  return map("abs", x, []<class T>(T) { return rows<MathRows<T>>().abs; });
}
Tensor sign(const Tensor& x) {
  if (x.dtype() == int64) return sub(gt(x, full({}, 0)).to(int64), lt(x, full({}, 0)).to(int64));
  return dispatch_floating("sign", x, [&]<class T>() {
    const Tensor y = empty(x.shape(), x.dtype());
    zip_into<T, T>(full({}, 1, x.dtype()), x, y, rows<MathRows<T>>().mul_by_sign);
    return y;
  });
}

Tensor sigmoid(const Tensor& x) {
  return map("sigmoid", x, exp_grain, []<class T>(T) { return rows<ActivationRows<T>>().sigmoid; });
}
Tensor silu(const Tensor& x) {
  return map("silu", x, exp_grain, []<class T>(T) { return rows<ActivationRows<T>>().silu; });
}
Tensor softplus(const Tensor& x, double beta, double threshold) {
  return map("softplus", x, exp_grain, [=]<class T>(T) {
    return [b = static_cast<T>(beta), end = static_cast<T>(threshold)](const T* a, T* y, std::int64_t n) {
      rows<ActivationRows<T>>().softplus(a, b, end, y, n);
    };
  });
}

Tensor clamp(const Tensor& x, double low, double high) {
  return map("clamp", x, [=]<class T>(T) {
    return [least = static_cast<T>(low), most = static_cast<T>(high)](const T* a, T* y, std::int64_t n) {
      rows<MathRows<T>>().clamp(a, least, most, y, n);
    };
  });
}

Tensor normal_cdf(const Tensor& x) {
  return map("normal_cdf", x, exp_grain, []<class T>(T) { return rows<GeluRows<T>>().normal_cdf; });
}
Tensor gelu(const Tensor& x) {
  return map("gelu", x, exp_grain, []<class T>(T) { return rows<GeluRows<T>>().exact; });
}
Tensor gelu_tanh(const Tensor& x) {
  return map("gelu", x, exp_grain, []<class T>(T) { return rows<GeluRows<T>>().tanh; });
}

namespace {

// dx, which may be g itself, from g and what the op has kept; `select(T{})` yields the row function for T.
template <class Select>
void backward_into(std::string_view op, const Tensor& g, const Tensor& x, const Tensor& dx,
                   std::int64_t grain, const Select& select) {
  if (g.shape() != x.shape() || g.dtype() != x.dtype()) {
    fail(op, "the gradient is ", g.shape(), " ", g.dtype(), ", x ", x.shape(), " ", x.dtype());
  }
  dispatch_floating(op, x, [&]<class T>() { zip_into<T, T>(g, x, dx, grain, select(T{})); });
}

template <class Select>
Tensor backward(std::string_view op, const Tensor& g, const Tensor& x, std::int64_t grain,
                const Select& select) {
  const Tensor dx = empty(x.shape(), x.dtype());
  backward_into(op, g, x, dx, grain, select);
  return dx;
}

}  // namespace

void gelu_backward(const Tensor& g, const Tensor& x, const Tensor& dx) {
  backward_into("gelu_backward", g, x, dx, exp_grain,
                []<class T>(T) { return rows<GeluRows<T>>().exact_backward; });
}
void gelu_tanh_backward(const Tensor& g, const Tensor& x, const Tensor& dx) {
  backward_into("gelu_backward", g, x, dx, exp_grain,
                []<class T>(T) { return rows<GeluRows<T>>().tanh_backward; });
}
Tensor mul_by_sign(const Tensor& g, const Tensor& x) {
  return backward("abs_backward", g, x, parallel_grain,
                  []<class T>(T) { return rows<MathRows<T>>().mul_by_sign; });
}
Tensor sigmoid_backward(const Tensor& g, const Tensor& x) {
  return backward("sigmoid_backward", g, x, exp_grain,
                  []<class T>(T) { return rows<ActivationRows<T>>().sigmoid_backward; });
}
Tensor tanh_backward(const Tensor& g, const Tensor& x) {
  return backward("tanh_backward", g, x, exp_grain,
                  []<class T>(T) { return rows<ActivationRows<T>>().tanh_backward; });
}
Tensor silu_backward(const Tensor& g, const Tensor& x) {
  return backward("silu_backward", g, x, exp_grain,
                  []<class T>(T) { return rows<ActivationRows<T>>().silu_backward; });
}
Tensor softplus_backward(const Tensor& g, const Tensor& x, double beta, double threshold) {
  return backward("softplus_backward", g, x, exp_grain, [=]<class T>(T) {
    return [b = static_cast<T>(beta), end = static_cast<T>(threshold)](const T* d, const T* a, T* y,
                                                                       std::int64_t n) {
      rows<ActivationRows<T>>().softplus_backward(d, a, b, end, y, n);
    };
  });
}
Tensor clamp_backward(const Tensor& g, const Tensor& x, double low, double high) {
  return backward("clamp_backward", g, x, parallel_grain, [=]<class T>(T) {
    return [least = static_cast<T>(low), most = static_cast<T>(high)](const T* d, const T* a, T* y,
                                                                      std::int64_t n) {
      rows<MathRows<T>>().clamp_backward(d, a, least, most, y, n);
    };
  });
}

}  // namespace xgrad::kernels
