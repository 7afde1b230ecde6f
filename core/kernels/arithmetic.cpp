#include <xgrad/core/kernels/arithmetic.hpp>

#include <functional>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/rows/math.hpp>

namespace xgrad::kernels {
namespace {

// A plain function, made of an f without state: one walk over rows is compiled for all of them.
using IntegerRow = void (*)(const std::int64_t* a, const std::int64_t* b, std::int64_t* y, std::int64_t n);

// Integers wrap around, as in NumPy and PyTorch; in C++ only unsigned ones may.
template <class F>
IntegerRow wrapping(F) {
  return [](const std::int64_t* a, const std::int64_t* b, std::int64_t* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) {
      y[i] =
          static_cast<std::int64_t>(F()(static_cast<std::uint64_t>(a[i]), static_cast<std::uint64_t>(b[i])));
    }
  };
}

template <class IsBetter>
IntegerRow better(IsBetter) {
  return [](const std::int64_t* a, const std::int64_t* b, std::int64_t* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = IsBetter()(b[i], a[i]) ? b[i] : a[i];
  };
}

template <class Select>
Tensor zip(std::string_view op, const Tensor& a, const Tensor& b, const Select& select, IntegerRow integers) {
  const DType dtype = promote(op, a.dtype(), b.dtype());
  if (dtype == boolean) return zip(op, a.to(int64), b.to(int64), select, integers);
  const Tensor y = empty(broadcast_shapes(op, a.shape(), b.shape()), dtype);
  const Tensor left = a.to(dtype), right = b.to(dtype);
  if (dtype == int64) {
    zip_into<std::int64_t, std::int64_t>(left, right, y, integers);
  } else {
    dispatch_floating(op, y, [&]<class T>() { zip_into<T, T>(left, right, y, select(rows<MathRows<T>>())); });
  }
  return y;
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b) {
  return zip(
      "add", a, b, [](const auto& r) { return r.add; }, wrapping([](auto p, auto q) { return p + q; }));
}
Tensor sub(const Tensor& a, const Tensor& b) {
  return zip(
      "sub", a, b, [](const auto& r) { return r.sub; }, wrapping([](auto p, auto q) { return p - q; }));
}
Tensor mul(const Tensor& a, const Tensor& b) {
  return zip(
      "mul", a, b, [](const auto& r) { return r.mul; }, wrapping([](auto p, auto q) { return p * q; }));
}
Tensor weigh(const Tensor& a, const Tensor& b) {
  return zip(
      "weigh", a, b, [](const auto& r) { return r.weigh; }, wrapping([](auto p, auto q) { return p * q; }));
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  return zip(
      "maximum", a, b, [](const auto& r) { return r.maximum; }, better(std::greater<>()));
}
Tensor minimum(const Tensor& a, const Tensor& b) {
  return zip(
      "minimum", a, b, [](const auto& r) { return r.minimum; }, better(std::less<>()));
}

Tensor div(const Tensor& a, const Tensor& b) {
  const bool integers = !is_floating(promote("div", a.dtype(), b.dtype()));
  const auto floating = [&](const Tensor& x) { return integers ? x.to(get_default_dtype()) : x; };
  return zip(
      "div", floating(a), floating(b), [](const auto& r) { return r.div; },
      wrapping([](auto p, auto) { return p; }));
}

Tensor pow(const Tensor& a, const Tensor& b) {
  const bool integers = !is_floating(promote("pow", a.dtype(), b.dtype()));
  if (integers) fail("pow", "needs a floating operand, got ", a.dtype(), " and ", b.dtype());
  return zip(
      "pow", a, b, [](const auto& r) { return r.pow; }, wrapping([](auto p, auto) { return p; }));
}

Tensor neg(const Tensor& x) {
  if (x.dtype() == int64) return mul(x, full({}, -1));
  return map("neg", x, []<class T>(T) { return rows<MathRows<T>>().neg; });
}

Tensor scale(const Tensor& x, double factor) {
  return map("mul", x, [factor]<class T>(T) {
    return [f = static_cast<T>(factor)](const T* a, T* y, std::int64_t n) {
      rows<MathRows<T>>().scale(a, f, y, n);
    };
  });
}

Tensor add_scalar(const Tensor& x, double value) {
  return map("add", x, [value]<class T>(T) {
    return [v = static_cast<T>(value)](const T* a, T* y, std::int64_t n) {
      rows<MathRows<T>>().add_scalar(a, v, y, n);
    };
  });
}

void add_into(const Tensor& destination, const Tensor& x, double factor) {
  dispatch_floating("add_", destination, [&]<class T>() {
    const auto f = static_cast<T>(factor);
    T* to = raw<T>(destination);
    const Tensor from = x.expand(destination.shape());
    const T* first = raw<T>(from);
    Walk<2>(destination.shape(), {from.strides(), destination.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          if (step[0] == 1 && step[1] == 1)
            return rows<MathRows<T>>().add_scaled(first + at[0], f, to + at[1], n);
          for (std::int64_t i = 0; i < n; ++i) to[at[1] + i * step[1]] += f * first[at[0] + i * step[0]];
        });
  });
}

void scale_into(const Tensor& destination, double factor) {
  dispatch_floating("mul_", destination, [&]<class T>() {
    const auto f = static_cast<T>(factor);
    T* to = raw<T>(destination);
    Walk<1>(destination.shape(), {destination.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          if (step[0] == 1) return rows<MathRows<T>>().scale(to + at[0], f, to + at[0], n);
          for (std::int64_t i = 0; i < n; ++i) to[at[0] + i * step[0]] *= f;
        });
  });
}

void mul_into(const Tensor& destination, const Tensor& x) {
  dispatch_floating("mul_", destination, [&]<class T>() {
    T* to = raw<T>(destination);
    const Tensor from = x.expand(destination.shape());
    const T* first = raw<T>(from);
    Walk<2>(destination.shape(), {from.strides(), destination.strides()})
        .for_each_row([&](const auto& at, const auto& step, std::int64_t n) {
          for (std::int64_t i = 0; i < n; ++i) to[at[1] + i * step[1]] *= first[at[0] + i * step[0]];
        });
  });
}

}  // namespace xgrad::kernels
