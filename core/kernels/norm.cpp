#include <xgrad/core/kernels/norm.hpp>

#include <algorithm>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/rows/math.hpp>
#include <xgrad/core/kernels/rows/norm.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t grain = parallel_grain / 4;

// gamma or beta as a row; `neutral` repeated where there is none, so that the row functions know one case.
Tensor row_of(const Tensor& given, double neutral, const Tensor& x) {
  return given.defined() ? given.contiguous() : full({x.size(-1)}, neutral, x.dtype());
}

Shape without_last(Shape shape) {
  shape.erase(shape.dim() - 1);
  return shape;
}

}  // namespace

LayerNorm layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double eps) {
  const Shape outer = without_last(x.shape());
  Shape two = outer;
  two.push_back(2);
  const LayerNorm out{empty(x.shape(), x.dtype()), empty(two, x.dtype()), empty(outer, x.dtype())};
  if (x.numel() == 0) return out;
  const Tensor from = x.contiguous(), factor = row_of(gamma, 1, x), term = row_of(beta, 0, x);
  const std::int64_t n = x.size(-1);
  dispatch_floating("layer_norm", x, [&]<class T>() {
    parallel_for(outer.numel(), grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      rows<NormRows<T>>().layer_norm(raw<T>(from) + begin * n, raw<T>(factor), raw<T>(term), eps,
                                     raw<T>(out.y) + begin * n, raw<T>(out.mean) + 2 * begin,
                                     raw<T>(out.rstd) + begin, end - begin, n);
    });
  });
  return out;
}

LayerNormGradients layer_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma,
                                       const Tensor& mean, const Tensor& rstd, bool wants_x,
                                       bool wants_affine) {
  const std::int64_t n = x.size(-1), count = rstd.numel();
  // Each block of rows sums its own dgamma and dbeta, which are added up in the blocks' order: the result
  // doesn't depend on the number of threads.
  const std::int64_t blocks = std::clamp<std::int64_t>(
      count * n / grain, 1, std::min<std::int64_t>(16, std::max<std::int64_t>(count, 1)));
  const Tensor dx = wants_x ? empty(x.shape(), x.dtype()) : Tensor();
  const Tensor sums = wants_affine ? zeros({2, blocks, n}, x.dtype()) : Tensor();
  const Tensor grad = g.contiguous(), from = x.contiguous(), factor = row_of(gamma, 1, x);
  dispatch_floating("layer_norm_backward", x, [&]<class T>() {
    if (count * n == 0) return;
    T* to = wants_x ? raw<T>(dx) : nullptr;
    T* dgamma = wants_affine ? raw<T>(sums) : nullptr;
    T* dbeta = wants_affine ? dgamma + blocks * n : nullptr;
    parallel_for(blocks, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) {
        const std::int64_t begin = count * b / blocks, end = count * (b + 1) / blocks;
        rows<NormRows<T>>().layer_norm_backward(
            raw<T>(grad) + begin * n, raw<T>(from) + begin * n, raw<T>(factor), raw<T>(mean) + 2 * begin,
            raw<T>(rstd) + begin, to ? to + begin * n : nullptr, dgamma ? dgamma + b * n : nullptr,
            dbeta ? dbeta + b * n : nullptr, end - begin, n);
      }
    });
    for (std::int64_t b = 1; wants_affine && b < blocks; ++b) {
      rows<MathRows<T>>().add_scaled(dgamma + b * n, T(1), dgamma, n);
      rows<MathRows<T>>().add_scaled(dbeta + b * n, T(1), dbeta, n);
    }
  });
  if (!wants_affine) return {dx, {}, {}};
  return {dx, sums.select(0, 0).select(0, 0).clone(), sums.select(0, 1).select(0, 0).clone()};
}

}  // namespace xgrad::kernels
