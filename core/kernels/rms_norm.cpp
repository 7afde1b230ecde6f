#include <xgrad/core/kernels/rms_norm.hpp>

#include <algorithm>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/dispatch.hpp>
#include <xgrad/core/kernels/parallel.hpp>
#include <xgrad/core/kernels/raw.hpp>
#include <xgrad/core/kernels/rows/math.hpp>
#include <xgrad/core/kernels/rows/rms_norm.hpp>

namespace xgrad::kernels {
namespace {

constexpr std::int64_t grain = parallel_grain / 4;

Tensor factor_of(const Tensor& gamma, const Tensor& x) {
  return gamma.defined() ? gamma.contiguous() : full({x.size(-1)}, 1, x.dtype());
}

}  // namespace

RmsNorm rms_norm(const Tensor& x, const Tensor& gamma, double eps) {
  Shape outer = x.shape();
  outer.erase(x.dim() - 1);
  const RmsNorm out{empty(x.shape(), x.dtype()), empty(outer, x.dtype())};
  if (x.numel() == 0) return out;
  const Tensor from = x.contiguous(), factor = factor_of(gamma, x);
  const std::int64_t n = x.size(-1);
  dispatch_floating("rms_norm", x, [&]<class T>() {
    parallel_for(outer.numel(), grain / n + 1, [&](std::int64_t begin, std::int64_t end) {
      rows<RmsNormRows<T>>().rms_norm(raw<T>(from) + begin * n, raw<T>(factor), eps,
                                      raw<T>(out.y) + begin * n, raw<T>(out.rstd) + begin, end - begin, n);
    });
  });
  return out;
}

RmsNormGradients rms_norm_backward(const Tensor& g, const Tensor& x, const Tensor& gamma, const Tensor& rstd,
                                   bool wants_x, bool wants_gamma) {
  const std::int64_t n = x.size(-1), count = rstd.numel();
  // Each block of rows sums its own dgamma, which are added up in the blocks' order: the result doesn't
  // depend on the number of threads.
  const std::int64_t blocks = std::clamp<std::int64_t>(
      count * n / grain, 1, std::min<std::int64_t>(16, std::max<std::int64_t>(count, 1)));
  const Tensor dx = wants_x ? empty(x.shape(), x.dtype()) : Tensor();
  const Tensor sums = wants_gamma ? zeros({blocks, n}, x.dtype()) : Tensor();
  const Tensor grad = g.contiguous(), from = x.contiguous(), factor = factor_of(gamma, x);
  dispatch_floating("rms_norm_backward", x, [&]<class T>() {
    if (count * n == 0) return;
    T* to = wants_x ? raw<T>(dx) : nullptr;
    T* dgamma = wants_gamma ? raw<T>(sums) : nullptr;
    parallel_for(blocks, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) {
        const std::int64_t begin = count * b / blocks, end = count * (b + 1) / blocks;
        rows<RmsNormRows<T>>().rms_norm_backward(
            raw<T>(grad) + begin * n, raw<T>(from) + begin * n, raw<T>(factor), raw<T>(rstd) + begin,
            to ? to + begin * n : nullptr, dgamma ? dgamma + b * n : nullptr, end - begin, n);
      }
    });
    for (std::int64_t b = 1; wants_gamma && b < blocks; ++b) {
      rows<MathRows<T>>().add_scaled(dgamma + b * n, T(1), dgamma, n);
    }
  });
  return {dx, wants_gamma ? sums.select(0, 0).clone() : Tensor()};
}

}  // namespace xgrad::kernels
