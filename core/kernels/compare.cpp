#include <xgrad/core/kernels/compare.hpp>

#include <xgrad/core/kernels/elementwise.hpp>

namespace xgrad::kernels {
namespace {

// Plain functions of rows, made of an f without state: one walk over rows is compiled for them all.
template <class T>
using Comparison = void (*)(const T* a, const T* b, bool* y, std::int64_t n);
template <class T>
using Test = void (*)(const T* x, bool* y, std::int64_t n);

template <class F>
Tensor compare(std::string_view op, const Tensor& a, const Tensor& b, F) {
  const DType dtype = promote(op, a.dtype(), b.dtype());
  const Tensor y = empty(broadcast_shapes(op, a.shape(), b.shape()), boolean);
  dispatch(dtype, [&]<class T>() {
    const Comparison<T> row = [](const T* p, const T* q, bool* to, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = F()(p[i], q[i]);
    };
    zip_into<T, bool>(a.to(dtype), b.to(dtype), y, row);
  });
  return y;
}

template <class F>
Tensor test(const Tensor& x, F) {
  const Tensor y = empty(x.shape(), boolean);
  dispatch(x.dtype(), [&]<class T>() {
    const Test<T> row = [](const T* from, bool* to, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = F()(from[i]);
    };
    map_into<T, bool>(x, y, row);
  });
  return y;
}

}  // namespace

Tensor eq(const Tensor& a, const Tensor& b) {
  return compare("eq", a, b, [](auto p, auto q) { return p == q; });
}
Tensor ne(const Tensor& a, const Tensor& b) {
  return compare("ne", a, b, [](auto p, auto q) { return p != q; });
}
Tensor lt(const Tensor& a, const Tensor& b) {
  return compare("lt", a, b, [](auto p, auto q) { return p < q; });
}
Tensor le(const Tensor& a, const Tensor& b) {
  return compare("le", a, b, [](auto p, auto q) { return p <= q; });
}

Tensor gt(const Tensor& a, const Tensor& b) {
  return compare("gt", a, b, [](auto p, auto q) { return p > q; });
}
Tensor ge(const Tensor& a, const Tensor& b) {
  return compare("ge", a, b, [](auto p, auto q) { return p >= q; });
}

// Each operand is true or false by itself, so their dtypes need not agree.
Tensor logical_and(const Tensor& a, const Tensor& b) {
  return compare("logical_and", a.to(boolean), b.to(boolean),
                 [](auto p, auto q) { return p != 0 && q != 0; });
}
Tensor logical_or(const Tensor& a, const Tensor& b) {
  return compare("logical_or", a.to(boolean), b.to(boolean), [](auto p, auto q) { return p != 0 || q != 0; });
}

Tensor logical_not(const Tensor& x) {
  return test(x, []<class T>(T v) { return v == T(0); });
}
Tensor isnan(const Tensor& x) {
  return test(x, [](auto v) { return v != v; });
}

}  // namespace xgrad::kernels
