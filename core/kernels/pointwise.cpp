#include <xgrad/core/kernels/pointwise.hpp>

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
  return dispatch_floating("gelu_backward", x.dtype(), [&]<class T>() {
    const Tensor dx = empty(x.shape(), x.dtype());
    zip_into<T, T>(g, x, dx, select(rows<GeluRows<T>>()));
    return dx;
  });
}

// Selects element by element, by what the condition says; each operand has a step of its own.
template <class T>
void select_row(const bool* c, std::int64_t c_step, const T* a, std::int64_t a_step, const T* b,
                std::int64_t b_step, T* y, std::int64_t n) {
  if (c_step == 1 && a_step == 1 && b_step == 1) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = c[i] ? a[i] : b[i];
  } else if (c_step == 1 && a_step == 0 && b_step == 1) {  // masked_fill
    const T value = *a;
    for (std::int64_t i = 0; i < n; ++i) y[i] = c[i] ? value : b[i];
  } else {
    for (std::int64_t i = 0; i < n; ++i) y[i] = c[i * c_step] ? a[i * a_step] : b[i * b_step];
  }
}

// y's shape and dtype are what the operands come together to.
void select_into(const Tensor& condition, const Tensor& a, const Tensor& b, const Tensor& y) {
  const Tensor c = condition.expand(y.shape());
  const Tensor left = a.to(y.dtype()).expand(y.shape()), right = b.to(y.dtype()).expand(y.shape());
  dispatch(y.dtype(), [&]<class T>() {
    const bool* from_c = raw<bool>(c);
    const T *from_a = raw<T>(left), *from_b = raw<T>(right);
    T* to = raw<T>(y);
    Walk<4>(y.shape(), {c.strides(), left.strides(), right.strides(), y.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          select_row(from_c + at[0], step[0], from_a + at[1], step[1], from_b + at[2], step[2], to + at[3],
                     n);
        });
  });
}

void check_condition(std::string_view op, const Tensor& condition) {
  if (condition.dtype() != boolean) {
    fail(op, "the condition must be boolean, not ", condition.dtype(), "; compare first, as in ne(x, 0)");
  }
}

}  // namespace

Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  return backward(g, x, [](const auto& r) { return r.exact_backward; });
}
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x) {
  return backward(g, x, [](const auto& r) { return r.tanh_backward; });
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check_condition("where", condition);
  const DType dtype = promote("where", a.dtype(), b.dtype());
  const Shape shape =
      broadcast_shapes("where", broadcast_shapes("where", a.shape(), b.shape()), condition.shape());
  const Tensor y = empty(shape, dtype);
  select_into(condition, a, b, y);
  return y;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, Scalar value) {
  check_condition("masked_fill", mask);
  if (!is_broadcastable_to(mask.shape(), x.shape())) {
    fail("masked_fill", "the mask does not broadcast to x: ", mask.shape(), " to ", x.shape());
  }
  const Tensor y = empty(x.shape(), x.dtype());
  select_into(mask, full({}, value, x.dtype()), x, y);
  return y;
}

}  // namespace xgrad::kernels
