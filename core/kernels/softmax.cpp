#include <xgrad/core/kernels/softmax.hpp>

#include <xgrad/core/rows/softmax.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/walk.hpp>

namespace xgrad::kernels {
namespace {

// The mask expanded to x's shape, with contiguous rows. Rows that are not contiguous are copied, but not
// repeated along the outer dims.
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
void softmax_rows(const Tensor& x, const Tensor& mask, const Tensor& y, double scale,
                  bool zero_if_all_masked) {
  const std::int64_t n = x.size(-1);
  const T* from = raw<T>(x);
  T* to = raw<T>(y);
  const bool masked = mask.defined(), boolean_mask = masked && mask.dtype() == boolean;
  const bool additive = masked && !boolean_mask;
  const Shape outer = x.shape().without_last();
  const Strides none = Strides::filled(outer.dim(), 0);
  Walk<3>(outer, {x.strides().without_last(), y.strides().without_last(),
                  masked ? mask.strides().without_last() : none})
      .for_each_row(exp_grain / n + 1, [&](const auto& at, const auto& step, std::int64_t rows) {
        const ScoreRows<T> scores = {.x = from + at[0],
                                     .x_step = step[0],
                                     .scale = static_cast<T>(scale),
                                     .mask = {.added = additive ? raw<T>(mask) + at[2] : nullptr,
                                              .kept = boolean_mask ? raw<bool>(mask) + at[2] : nullptr,
                                              .step = step[2]},
                                     .zero_if_all_masked = zero_if_all_masked};
        kernels::rows<SoftmaxRows<T>>().softmax(scores, to + at[1], rows, n);
      });
}

// Computes y by f(rows of a, rows of b, rows of y, their number, n). The rows run along `dim` and are
// contiguous: if `dim` is not the last dim, it is moved there, and back. b may be undefined; its rows are
// then null.
template <class F>
void map_rows(std::string_view op, const Tensor& a, const Tensor& b, int dim, const Tensor& y, const F& f) {
  if (y.numel() == 0) return;
  const int last = y.dim() - 1;
  const Tensor from_a = a.transpose(dim, last).contiguous();
  const Tensor from_b = b.defined() ? b.transpose(dim, last).contiguous() : b;
  const Tensor to = dim == last ? y : empty(from_a.shape(), y.dtype());
  const std::int64_t n = y.size(dim);
  dispatch_floating(op, y, [&]<class T>() {
    parallel_for(y.numel() / n, exp_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      const T* row_b = from_b.defined() ? raw<T>(from_b) + begin * n : nullptr;
      f(raw<T>(from_a) + begin * n, row_b, raw<T>(to) + begin * n, end - begin, n);
    });
  });
  if (dim != last) copy(to.transpose(dim, last), y);
}

}  // namespace

void softmax(const Tensor& x, int dim, double scale, const Tensor& mask, bool zero_if_all_masked,
             const Tensor& y) {
  if (y.numel() == 0) return;
  const int last = x.dim() - 1;
  if (dim != last) {
    const Tensor from = x.transpose(dim, last), to = empty(from.shape(), y.dtype());
    const Tensor moved = mask.defined() ? mask.expand(x.shape()).transpose(dim, last) : mask;
    softmax(from, last, scale, moved, zero_if_all_masked, to);
    return copy(to.transpose(dim, last), y);
  }
  const Tensor readable = x.strides()[last] == 1 ? x : x.contiguous();
  const Tensor spread = mask.defined() ? spread_mask(mask, x.shape()) : mask;
  dispatch_floating("softmax", x,
                    [&]<class T>() { softmax_rows<T>(readable, spread, y, scale, zero_if_all_masked); });
}

void softmax_backward(const Tensor& g, const Tensor& y, int dim, double scale, const Tensor& dx) {
  map_rows("softmax_backward", g, y, dim, dx,
           [scale]<class T>(const T* a, const T* b, T* to, std::int64_t rows, std::int64_t n) {
             kernels::rows<SoftmaxGradientRows<T>>().softmax(a, b, static_cast<T>(scale), to, rows, n);
           });
}

void log_softmax(const Tensor& x, int dim, const Tensor& y) {
  map_rows("log_softmax", x, {}, dim, y,
           []<class T>(const T* a, const T*, T* to, std::int64_t rows, std::int64_t n) {
             kernels::rows<SoftmaxRows<T>>().log_softmax(a, to, rows, n);
           });
}

void log_softmax_backward(const Tensor& g, const Tensor& y, int dim, const Tensor& dx) {
  map_rows("log_softmax_backward", g, y, dim, dx,
           []<class T>(const T* a, const T* b, T* to, std::int64_t rows, std::int64_t n) {
             kernels::rows<SoftmaxGradientRows<T>>().log_softmax(a, b, to, rows, n);
           });
}

}  // namespace xgrad::kernels
