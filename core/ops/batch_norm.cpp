#include <xgrad/core/ops/batch_norm.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

void check_channels(const char* name, const Variable& v, const Variable& x) {
  if (!v.defined()) return;
  if (v.shape() != Shape{x.size(1)}) {
    fail("batch_norm", name, " of shape ", v.shape(), " does not fit the channels, dim 1, of x, ", x.shape(),
         "; it must be (", x.size(1), ",)");
  }
  if (v.dtype() != x.dtype())
    fail("batch_norm", "x is ", x.dtype(), ", ", name, " is ", v.dtype(), "; convert one with to()");
}

void check(const Variable& x, const Variable& mean, const Variable& var, bool training, double eps) {
  check_floating("batch_norm", x.value());
  if (x.dim() < 2) fail("batch_norm", "x must be (N, C, ...), not of shape ", x.shape());
  if (mean.defined() != var.defined() || (!training && !mean.defined())) {
    fail("batch_norm", "running_mean is ", mean.defined() ? "given" : "undefined", ", running_var is ",
         var.defined() ? "given" : "undefined", "; give both",
         training ? " or neither" : ", or normalize with training = true");
  }
  if (training && x.numel() > 0 && x.numel() == x.size(1)) {
    fail("batch_norm", "x of shape ", x.shape(),
         " has one value per channel, which has no variance; train with a larger batch, or call eval()");
  }
  if (!(eps >= 0)) fail("batch_norm", "eps must not be negative, got ", eps);
}

// running = (1 − momentum) · running + momentum · batch
void approach(const Variable& running, const Tensor& batch, double momentum) {
  running.value().mul_(1 - momentum).add_(batch, momentum);
}

}  // namespace

Variable batch_norm(const Variable& x, const Variable& running_mean, const Variable& running_var,
                    const Variable& gamma, const Variable& beta, bool training, double momentum, double eps) {
  check_defined("batch_norm", {x});
  check(x, running_mean, running_var, training, eps);
  check_channels("running_mean", running_mean, x);
  check_channels("running_var", running_var, x);
  check_channels("gamma", gamma, x);
  check_channels("beta", beta, x);
  Shape channels = Shape::filled(x.dim(), 1);  // (1, C, 1, ...)
  channels[1] = x.size(1);
  const auto beside_x = [&](const Variable& v) { return reshape(v, channels); };

  Variable y;
  if (training) {
    // A layer norm of the channels: (N, C, ...) → (C, N, ...) → (C, N · ...) and back
    const Variable by_channel = transpose(x, 0, 1);
    const Variable rows = flatten(by_channel, 1);
    y = transpose(reshape(layer_norm(rows, {}, {}, eps), by_channel.shape()), 0, 1);
    if (running_mean.defined() && x.numel() > 0) {
      const auto along = kernels::only_dim(1);
      approach(running_mean, kernels::mean(rows.value(), along, false), momentum);
      approach(running_var, kernels::var(rows.value(), along, /*correction=*/1, false), momentum);
    }
  } else {
    const Variable mean = running_mean.detach(), rstd = rsqrt(running_var.detach() + eps);
    y = (x - beside_x(mean)) * beside_x(rstd);
  }
  if (gamma.defined()) y = y * beside_x(gamma);
  return beta.defined() ? y + beside_x(beta) : y;
}

}  // namespace xgrad
