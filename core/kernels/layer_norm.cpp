#include <xgrad/core/kernels/layer_norm.hpp>

#include <xgrad/core/kernels/normalization_blocks.hpp>
#include <xgrad/core/rows/layer_norm.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {

LayerNorm layer_norm(const Tensor& x, const Tensor& gamma, const Tensor& beta, double eps) {
  const Shape outer = x.shape().without_last();
  Shape two = outer;
  two.push_back(2);
  const LayerNorm out{empty(x.shape(), x.dtype()), empty(two, x.dtype()), empty(outer, x.dtype())};
  if (x.numel() == 0) return out;
  const Tensor from = x.contiguous(), factor = affine_row(gamma, 1, x), term = affine_row(beta, 0, x);
  const std::int64_t n = x.size(-1);
  dispatch_floating("layer_norm", x, [&]<class T>() {
    parallel_for(outer.numel(), normalization_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      rows<LayerNormRows<T>>().forward({.x = raw<T>(from) + begin * n,
                                        .gamma = raw<T>(factor),
                                        .beta = raw<T>(term),
                                        .eps = eps,
                                        .y = raw<T>(out.y) + begin * n,
                                        .mean = raw<T>(out.mean) + 2 * begin,
                                        .rstd = raw<T>(out.rstd) + begin,
                                        .rows = end - begin,
                                        .n = n});
    });
  });
  return out;
}

LayerNormGradients layer_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma,
                                       const Tensor& mean, const Tensor& rstd, bool wants_x,
                                       bool wants_affine) {
  const std::int64_t n = x.size(-1);
  const NormalizationBlocks blocks(rstd.numel(), n);
  const Tensor dx = wants_x ? empty(x.shape(), x.dtype()) : Tensor();
  const SumOverRows dgamma = wants_affine ? SumOverRows(blocks, x.dtype()) : SumOverRows();
  const SumOverRows dbeta = wants_affine ? SumOverRows(blocks, x.dtype()) : SumOverRows();
  const Tensor grad = g.contiguous(), from = x.contiguous(), factor = affine_row(gamma, 1, x);
  dispatch_floating("layer_norm_backward", x, [&]<class T>() {
    if (x.numel() == 0) return;
    T* to = wants_x ? raw<T>(dx) : nullptr;
    blocks.for_each([&](std::int64_t b, std::int64_t begin, std::int64_t end) {
      rows<LayerNormRows<T>>().backward({.g = raw<T>(grad) + begin * n,
                                         .x = raw<T>(from) + begin * n,
                                         .gamma = raw<T>(factor),
                                         .mean = raw<T>(mean) + 2 * begin,
                                         .rstd = raw<T>(rstd) + begin,
                                         .dx = to ? to + begin * n : nullptr,
                                         .dgamma = dgamma.row<T>(b),
                                         .dbeta = dbeta.row<T>(b),
                                         .rows = end - begin,
                                         .n = n});
      dgamma.add_up<T>(b);
      dbeta.add_up<T>(b);
    });
  });
  return {dx, dgamma.total(), dbeta.total()};
}

}  // namespace xgrad::kernels
