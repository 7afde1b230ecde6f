#include <xgrad/core/kernels/rms_norm.hpp>

#include <xgrad/core/kernels/normalization_blocks.hpp>
#include <xgrad/core/rows/rms_norm.hpp>
#include <xgrad/core/tensor/dispatch.hpp>

namespace xgrad::kernels {

RmsNorm rms_norm(const Tensor& x, const Tensor& gamma, double eps) {
  const Shape outer = x.shape().without_last();
  const RmsNorm out{empty(x.shape(), x.dtype()), empty(outer, x.dtype())};
  if (x.numel() == 0) return out;
  const Tensor from = x.contiguous(), factor = affine_row(gamma, 1, x);
  const std::int64_t n = x.size(-1);
  dispatch_floating("rms_norm", x, [&]<class T>() {
    parallel_for(outer.numel(), normalization_grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      rows<RmsNormRows<T>>().forward({.x = raw<T>(from) + begin * n,
                                      .gamma = raw<T>(factor),
                                      .eps = eps,
                                      .y = raw<T>(out.y) + begin * n,
                                      .rstd = raw<T>(out.rstd) + begin,
                                      .rows = end - begin,
                                      .n = n});
    });
  });
  return out;
}

RmsNormGradients rms_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma, const Tensor& rstd,
                                   bool wants_x, bool wants_gamma) {
  const std::int64_t n = x.size(-1);
  const NormalizationBlocks blocks(rstd.numel(), n);
  const Tensor dx = wants_x ? empty(x.shape(), x.dtype()) : Tensor();
  const SumOverRows dgamma = wants_gamma ? SumOverRows(blocks, x.dtype()) : SumOverRows();
  const Tensor grad = g.contiguous(), from = x.contiguous(), factor = affine_row(gamma, 1, x);
  dispatch_floating("rms_norm_backward", x, [&]<class T>() {
    if (x.numel() == 0) return;
    T* to = wants_x ? raw<T>(dx) : nullptr;
    blocks.for_each([&](std::int64_t b, std::int64_t begin, std::int64_t end) {
      rows<RmsNormRows<T>>().backward({.g = raw<T>(grad) + begin * n,
                                       .x = raw<T>(from) + begin * n,
                                       .gamma = raw<T>(factor),
                                       .rstd = raw<T>(rstd) + begin,
                                       .dx = to ? to + begin * n : nullptr,
                                       .dgamma = dgamma.row<T>(b),
                                       .rows = end - begin,
                                       .n = n});
      dgamma.add_up<T>(b);
    });
  });
  return {dx, dgamma.total()};
}

}  // namespace xgrad::kernels
