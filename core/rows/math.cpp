#include <xgrad/core/rows/math.hpp>

#include <xgrad/core/rows/functions.hpp>

namespace xgrad::kernels {
namespace {

template <class T>
using B = Batch<T>;

// Of an f without state.
template <class T, class F>
constexpr typename MathRows<T>::Binary binary(F) {
  return [](const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y, std::int64_t n) {
    zip_row(a, a_step, b, b_step, y, n, F());
  };
}

template <class T>
constexpr MathRows<T> make_table() {
  MathRows<T> t{};
  t.neg = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return B<T>(-a); }); };
  t.exp = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return exp_of<T>(a); }); };
  t.log = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return log_of<T>(a); }); };
  t.sqrt = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return sqrt(a); }); };
  t.tanh = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return tanh(a); }); };
  t.erf = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return erf_of<T>(a); }); };
  t.log1p = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return log1p_of<T>(a); }); };
  t.rsqrt = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return B<T>(B<T>(T(1)) / sqrt(a)); });
  };
  t.abs = [](const T* x, T* y, std::int64_t n) {  // of −0 as well: 0 − (−0) = 0
    map_row(x, y, n, [](B<T> a) { return select(a > B<T>(T(0)), a, B<T>(B<T>(T(0)) - a)); });
  };
  t.sin = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return sin_of<T>(a); }); };
  t.cos = [](const T* x, T* y, std::int64_t n) { map_row(x, y, n, [](B<T> a) { return cos_of<T>(a); }); };
  // select, not max: a NaN stays a NaN
  t.relu = [](const T* x, T* y, std::int64_t n) {
    map_row(x, y, n, [](B<T> a) { return select(a < B<T>(T(0)), B<T>(T(0)), a); });
  };
  t.add = binary<T>([](B<T> p, B<T> q) { return B<T>(p + q); });
  t.sub = binary<T>([](B<T> p, B<T> q) { return B<T>(p - q); });
  t.mul = binary<T>([](B<T> p, B<T> q) { return B<T>(p * q); });
  t.div = binary<T>([](B<T> p, B<T> q) { return B<T>(p / q); });
  t.maximum = binary<T>([](B<T> p, B<T> q) { return select((q > p) | is_nan<T>(q), q, p); });
  t.minimum = binary<T>([](B<T> p, B<T> q) { return select((q < p) | is_nan<T>(q), q, p); });
  t.mul_by_sign = binary<T>([](B<T> p, B<T> q) {
    const B<T> zero(T(0));
    return select(q > zero, p, B<T>(select(q < zero, B<T>(-p), zero)));
  });
  t.weigh = binary<T>([](B<T> p, B<T> q) { return select(p == B<T>(T(0)), B<T>(T(0)), B<T>(p * q)); });
  t.clamp = [](const T* x, T low, T high, T* y, std::int64_t n) {
    const B<T> least(low), most(high);
    map_row(x, y, n, [=](B<T> a) {
      const B<T> raised = select(a < least, least, a);
      return select(raised > most, most, raised);
    });
  };
  t.clamp_backward = [](const T* g, const T* x, T low, T high, T* y, std::int64_t n) {
    const B<T> least(low), most(high), zero(T(0));
    zip_row(g, x, y, n,
            [=](B<T> d, B<T> a) { return select((a < least) | (a > most) | is_nan<T>(a), zero, d); });
  };
  t.pow = [](const T* a, std::int64_t a_step, const T* b, std::int64_t b_step, T* y, std::int64_t n) {
    for (std::int64_t i = 0; i < n; ++i) y[i] = std::pow(a[i * a_step], b[i * b_step]);
  };
  t.scale = [](const T* x, T factor, T* y, std::int64_t n) {
    map_row(x, y, n, [factor](B<T> a) { return B<T>(a * B<T>(factor)); });
  };
  t.add_scalar = [](const T* x, T value, T* y, std::int64_t n) {
    map_row(x, y, n, [value](B<T> a) { return B<T>(a + B<T>(value)); });
  };
  t.add_scaled = [](const T* x, T factor, T* y, std::int64_t n) {
    zip_row(x, y, y, n, [factor](B<T> a, B<T> b) { return B<T>(b + B<T>(factor) * a); });
  };
  return t;
}

}  // namespace

XGRAD_ROWS(MathRows, make_table)

}  // namespace xgrad::kernels
