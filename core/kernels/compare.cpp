#include <xgrad/core/kernels/compare.hpp>

#include <xgrad/core/kernels/elementwise.hpp>

namespace xgrad::kernels {
namespace {

template <class F>
Tensor compare(std::string_view op, const Tensor& a, const Tensor& b, const F& f) {
  const DType dtype = promote(op, a.dtype(), b.dtype());
  const Tensor y = empty(broadcast_shapes(op, a.shape(), b.shape()), boolean);
  dispatch(dtype, [&]<class T>() {
    zip_into<T, bool>(a.to(dtype), b.to(dtype), y, [f](const T* p, const T* q, bool* to, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = f(p[i], q[i]);
    });
  });
  return y;
}

template <class F>
Tensor test(const Tensor& x, const F& f) {
  const Tensor y = empty(x.shape(), boolean);
  dispatch(x.dtype(), [&]<class T>() {
    map_into<T, bool>(x, y, [f](const T* from, bool* to, std::int64_t n) {
      for (std::int64_t i = 0; i < n; ++i) to[i] = f(from[i]);
    });
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
