#include <xgrad/core/kernels/softmax.hpp>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/rows/softmax.hpp>
#include <xgrad/core/kernels/walk.hpp>

namespace xgrad::kernels {
namespace {

// An exponential is worth some eight simple operations.
constexpr std::int64_t grain = parallel_grain / 8;

bool is_last(const Tensor& x, int dim) { return dim == x.dim() - 1; }

Shape without_last(Shape shape) {
  shape.erase(shape.dim() - 1);
  return shape;
}

// The mask spread to x's shape with strides of 0, its rows contiguous. Where they are not, only what the mask
// itself holds is copied, not what it is broadcast to.
Tensor spread_mask(const Tensor& mask, const Shape& shape) {
  Tensor spread = mask.expand(shape);
  const int last = shape.dim() - 1;
  if (spread.strides()[last] == 1 || shape[last] == 1) return spread;
  for (int i = 0; i < last; ++i) {
    if (spread.strides()[i] == 0) spread = spread.slice(i, 0, 1);
  }
  return spread.contiguous().expand(shape);
}

template <class T>
void softmax_rows(const Tensor& x, const Tensor& mask, const Tensor& y, ScoreRows<T> scores) {
  const std::int64_t n = x.size(-1);
  const T* from = raw<T>(x);
  T* to = raw<T>(y);
  const bool masked = mask.defined(), additive = masked && mask.dtype() != boolean;
  const Shape outer = without_last(x.shape());
  const Strides none = Strides::filled(outer.dim(), 0);
  Walk<3>(outer, {without_last(x.strides()), without_last(y.strides()),
                  masked ? without_last(mask.strides()) : none})
      .for_each_row(
          [&](const auto& at, const auto& step, std::int64_t rows) {
            ScoreRows<T> in = scores;
            in.x = from + at[0];
            in.x_step = step[0];
            in.added = additive ? raw<T>(mask) + at[2] : nullptr;
            in.kept = masked && !additive ? raw<bool>(mask) + at[2] : nullptr;
            in.mask_step = step[2];
            kernels::rows<SoftmaxRows<T>>().softmax(in, to + at[1], rows, n);
          },
          grain / n + 1);
}

// y = f(a, b) over contiguous rows of the last dim; another dim is moved there, and back.
template <class F>
Tensor zip_over_rows(std::string_view op, const Tensor& a, const Tensor& b, int dim, const F& f) {
  if (a.numel() == 0) return empty(a.shape(), a.dtype());
  if (!is_last(a, dim)) {
    const int last = a.dim() - 1;
    const Tensor y = zip_over_rows(op, a.transpose(dim, last), b.transpose(dim, last), last, f);
    return y.transpose(dim, last).contiguous();
  }
  return dispatch_floating(op, a, [&]<class T>() {
    const Tensor left = a.contiguous(), right = b.contiguous(), y = empty(a.shape(), a.dtype());
    const std::int64_t n = a.size(-1);
    parallel_for(a.numel() / n, grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      f(kernels::rows<SoftmaxRows<T>>(), raw<T>(left) + begin * n, raw<T>(right) + begin * n,
        raw<T>(y) + begin * n, end - begin, n);
    });
    return y;
  });
}

}  // namespace

Tensor softmax(const Tensor& x, int dim, double scale, const Tensor& mask, bool zero_if_all_masked) {
  if (x.numel() == 0) return empty(x.shape(), x.dtype());
  const int last = x.dim() - 1;
  if (dim != last) {
    const Tensor moved = mask.defined() ? mask.expand(x.shape()).transpose(dim, last) : mask;
    return softmax(x.transpose(dim, last), last, scale, moved, zero_if_all_masked)
        .transpose(dim, last)
        .contiguous();
  }
  const Tensor readable = x.strides()[last] == 1 ? x : x.contiguous();
  const Tensor spread = mask.defined() ? spread_mask(mask, x.shape()) : mask;
  const Tensor y = empty(x.shape(), x.dtype());
  dispatch_floating("softmax", x, [&]<class T>() {
    ScoreRows<T> scores{};
    scores.scale = static_cast<T>(scale);
    scores.zero_if_all_masked = zero_if_all_masked;
    softmax_rows<T>(readable, spread, y, scores);
  });
  return y;
}

Tensor softmax_backward(const Tensor& g, const Tensor& y, int dim, double scale) {
  return zip_over_rows(
      "softmax_backward", g, y, dim,
      [scale]<class T>(const SoftmaxRows<T>& f, const T* a, const T* b, T* dx, std::int64_t rows,
                       std::int64_t n) { f.softmax_backward(a, b, static_cast<T>(scale), dx, rows, n); });
}

Tensor log_softmax(const Tensor& x, int dim) {
  return zip_over_rows("log_softmax", x, x, dim,
                       []<class T>(const SoftmaxRows<T>& f, const T* a, const T*, T* y, std::int64_t rows,
                                   std::int64_t n) { f.log_softmax(a, y, rows, n); });
}

Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int dim) {
  return zip_over_rows("log_softmax_backward", g, y, dim,
                       []<class T>(const SoftmaxRows<T>& f, const T* a, const T* b, T* dx, std::int64_t rows,
                                   std::int64_t n) { f.log_softmax_backward(a, b, dx, rows, n); });
}

}  // namespace xgrad::kernels
