#include <xgrad/core/kernels/normalization.hpp>

#include <algorithm>

#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/core/rows/layer_norm.hpp>
#include <xgrad/core/rows/rms_norm.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// An element is worth some four simple operations.
constexpr std::int64_t normalization_grain = parallel_grain / 4;

// gamma or beta as a row; `neutral` repeated where there is none, so that the row functions know one case.
Tensor affine_row(const Tensor& given, double neutral, const Tensor& x) {
  return given.defined() ? given.contiguous() : full({x.size(-1)}, neutral, x.dtype());
}

// The rows of a backward pass in blocks, as many for any number of threads.
struct NormalizationBlocks {
  std::int64_t rows, n, count;

  NormalizationBlocks(std::int64_t rows, std::int64_t n)
      : rows(rows),
        n(n),
        count(std::clamp<std::int64_t>(rows * n / normalization_grain, 1,
                                       std::clamp<std::int64_t>(rows, 1, 16))) {}

  // Calls `body(block, begin, end)` with each block's rows, some at a time.
  template <class Body>
  void for_each(const Body& body) const {
    constexpr std::int64_t most = 64;
    parallel_for(count, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t b = first; b < last; ++b) {
        const std::int64_t end = rows * (b + 1) / count;
        for (std::int64_t r = rows * b / count; r < end; r += most) body(b, r, std::min(r + most, end));
      }
    });
  }
};

// dgamma or dbeta, a sum over all rows: in T over those of one call of `body`, and from there on in double.
// The blocks' sums are added in their order, so that the result doesn't depend on the number of threads.
class SumOverRows {
 public:
  SumOverRows() = default;  // not wanted
  SumOverRows(const NormalizationBlocks& blocks, DType dtype)
      : few_(zeros({blocks.count, blocks.n}, dtype)), totals_(zeros({blocks.count, blocks.n}, float64)) {}

  // What a block's rows are added to: n zeros; null where not wanted.
  template <class T>
  T* row(std::int64_t block) const {
    return few_.defined() ? raw<T>(few_) + block * few_.size(1) : nullptr;
  }
  // Adds that row to its block's sum and leaves zeros.
  template <class T>
  void add_up(std::int64_t block) const {
    if (!few_.defined()) return;
    const std::int64_t n = few_.size(1);
    T* few = row<T>(block);
    double* total = raw<double>(totals_) + block * n;
    for (std::int64_t j = 0; j < n; ++j) total[j] += static_cast<double>(few[j]);
    std::fill_n(few, n, T(0));
  }
  Tensor total() const {
    return few_.defined() ? sum(totals_, only_dim(0), /*keepdim=*/false).to(few_.dtype()) : Tensor();
  }

 private:
  Tensor few_, totals_;  // (blocks, n)
};

}  // namespace

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
