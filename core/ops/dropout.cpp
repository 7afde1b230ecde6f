#include <xgrad/core/ops/dropout.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/random_fill.hpp>

namespace xgrad {
namespace {

Variable keep_and_scale(const char* op, const Variable& x, const Variable& kept, double factor) {
  return record(op, kernels::masked_scale(x.value(), kept.value(), factor), {x}, {kept},
                [factor](const Replay& r) -> Gradients {
                  // y_i = m_i x_i / (1 − p)   ⇒   dx_i = m_i g_i / (1 − p): the same function of g
                  return {keep_and_scale("dropout_backward", r.grad(), r.saved(0), factor)};
                });
}

}  // namespace

Tensor draw_kept(const Shape& shape, double p, Generator& generator) {
  const Tensor kept = zeros(shape, boolean);
  if (p == 1) return kept;
  const std::span<bool> draws(kernels::raw<bool>(kept), static_cast<std::size_t>(kept.numel()));
  kernels::fill_bernoulli(draws, 1 - p, generator);
  return kept;
}

Variable keep_and_scale(const Variable& x, const Tensor& kept, double factor) {
  return keep_and_scale("dropout", x, kept, factor);
}

Variable dropout(const Variable& x, double p, bool training, Generator& generator) {
  check_defined("dropout", {x});
  if (!(p >= 0 && p <= 1)) fail("dropout", "p must lie in [0, 1], got ", p);
  check_floating("dropout", x.value());
  if (p == 0 || !training) return x;
  return keep_and_scale(x, draw_kept(x.shape(), p, generator), p == 1 ? 0 : 1 / (1 - p));
}

}  // namespace xgrad
