#include <xgrad/core/ops/dropout.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/select.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/random_fill.hpp>

namespace xgrad {
namespace {

Variable keep_and_scale(const char* op, const Variable& x, const Variable& mask, double factor) {
  return record(op, kernels::masked_scale(x.value(), mask.value(), factor), {x}, {mask},
                [factor](const Replay& r) -> Gradients {
                  // y_i = m_i x_i / (1 − p)   ⇒   dx_i = m_i g_i / (1 − p): the same function of g
                  return {keep_and_scale("dropout_backward", r.grad(), r.saved(0), factor)};
                });
}

}  // namespace

Variable dropout(const Variable& x, double p, bool training, Generator& generator) {
  check_defined("dropout", {x});
  if (!(p >= 0 && p <= 1)) fail("dropout", "p must lie in [0, 1], got ", p);
  check_floating("dropout", x.value());
  if (p == 0 || !training) return x;
  const Tensor mask = zeros(x.shape(), boolean);
  if (p == 1) return keep_and_scale("dropout", x, mask, 0);
  const std::span<bool> draws(kernels::raw<bool>(mask), static_cast<std::size_t>(mask.numel()));
  kernels::fill_bernoulli(draws, 1 - p, generator);
  return keep_and_scale("dropout", x, mask, 1 / (1 - p));
}

}  // namespace xgrad
