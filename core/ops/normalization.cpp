#include <xgrad/core/ops/normalization.hpp>

#include <cmath>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/kernels/normalization.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/reshaped.hpp>

namespace xgrad {
namespace {

void check_affine(const char* op, const char* name, const Variable& affine, const Variable& x,
                  const Shape& shape) {
  if (!affine.defined()) return;
  if (affine.shape() != shape) {
    fail(op, name, " of shape ", affine.shape(), " does not fit the last ", shape.dim() == 1 ? "dim" : "dims",
         " of x, ", x.shape(), "; it must be ", shape);
  }
  if (affine.dtype() != x.dtype())
    fail(op, "x is ", x.dtype(), ", ", name, " is ", affine.dtype(), "; convert one with to()");
}

void check(const char* op, const Variable& x, const Shape& shape, double eps) {
  check_floating(op, x.value());
  const int lead = x.dim() - shape.dim();
  bool fits = shape.dim() > 0 && lead >= 0;
  for (int i = 0; fits && i < shape.dim(); ++i) fits = shape[i] == x.size(lead + i);
  if (!fits) fail(op, "normalized_shape ", shape, " is not the shape of the last dims of x, ", x.shape());
  if (!(eps >= 0)) fail(op, "eps must not be negative, got ", eps);
}

// The shape of x's last dim.
Shape last_dim(const char* op, const Variable& x) {
  check_defined(op, {x});
  if (x.dim() == 0) fail(op, "needs a dim to normalize over, x has shape ()");
  return {x.size(-1)};
}

// The last dims of this shape as one: the dim that the kernels know.
Variable with_rows(const Variable& x, const Shape& shape) {
  if (!x.defined()) return x;
  Shape merged;
  for (int i = 0; i < x.dim() - shape.dim(); ++i) merged.push_back(x.size(i));
  merged.push_back(shape.numel());
  return reshaped(x, merged);
}

// x̂ = x/√(mean(x²) + eps) along the last dim, and the divisor's inverse. Rows whose squares leave the dtype's
// range are divided by their largest element first. The results do not depend on this unit, so the unit is a
// constant in derivatives.
struct Normalized {
  Variable x_hat, rstd;
};
Normalized normalized(const Variable& x, double eps) {
  const Variable spread = mean(x * x, {-1}, true) + eps;
  const Tensor unit =
      kernels::units(x.value(), 2, kernels::only_dim(x.dim() - 1), spread.value(), std::sqrt(eps));
  if (!unit.defined()) {
    const Variable rstd = rsqrt(spread);
    return {x * rstd, rstd};
  }
  const Variable part = x / unit, inverse = rsqrt(mean(part * part, {-1}, true) + eps / unit / unit);
  return {part * inverse, inverse / unit};
}

// The gradient of x̂ γ by x̂.
Variable scaled_gradient(const Replay& r) { return r.keeps(1) ? r.grad() * r.saved(1) : r.grad(); }

Tensor gamma_of(const KernelReplay& r) { return r.keeps(1) ? r.saved(1) : nothing; }

// Over the last dim.
Variable layer_norm_of_rows(const Variable& x, const Variable& gamma, const Variable& beta, double eps) {
  // With x̂ = (x − μ)/σ and gγ = g γ:
  // dx = (gγ − mean(gγ) − x̂ mean(gγ x̂))/σ,  dγ = Σ g x̂,  dβ = Σ g
  const auto rule = [eps](const Replay& r) -> Gradients {
    // Centered twice: the mean of a row far from 0 is off by its own rounding, which the second mean removes.
    const Variable x = r.saved(0), scaled = scaled_gradient(r);
    const Variable roughly = x - mean(x, {-1}, true), centered = roughly - mean(roughly, {-1}, true);
    const Normalized n = normalized(centered, eps);
    const auto dx = [&] {
      return n.rstd * (scaled - mean(scaled, {-1}, true) - n.x_hat * mean(scaled * n.x_hat, {-1}, true));
    };
    return {r.wants(0) ? dx() : nothing, r.wants(1) ? sum_to(r.grad() * n.x_hat, r.input_shape(1)) : nothing,
            r.wants(2) ? sum_to(r.grad(), r.input_shape(2)) : nothing};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    const auto d = kernels::layer_norm_backward(r.grad(), r.saved(0), gamma_of(r), r.saved(2), r.saved(3),
                                                r.wants(0), r.wants(1) || r.wants(2));
    return {d.dx, d.dgamma, d.dbeta};
  };
  const auto out = kernels::layer_norm(x.value(), value_if_defined(gamma), value_if_defined(beta), eps);
  return record("layer_norm", out.y, {x, gamma, beta}, {x, gamma, Variable(out.mean), Variable(out.rstd)},
                fused(rule, kernel));
}

Variable rms_norm_of_rows(const Variable& x, const Variable& gamma, double eps) {
  // With x̂ = x/√(mean(x²) + eps) and gγ = g γ:
  // dx = (gγ − x̂ mean(gγ x̂))/√(mean(x²) + eps),  dγ = Σ g x̂
  const auto rule = [eps](const Replay& r) -> Gradients {
    const Variable scaled = scaled_gradient(r);
    const Normalized n = normalized(r.saved(0), eps);
    const auto dx = [&] { return n.rstd * (scaled - n.x_hat * mean(scaled * n.x_hat, {-1}, true)); };
    return {r.wants(0) ? dx() : nothing, r.wants(1) ? sum_to(r.grad() * n.x_hat, r.input_shape(1)) : nothing};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    const auto d =
        kernels::rms_norm_backward(r.grad(), r.saved(0), gamma_of(r), r.saved(2), r.wants(0), r.wants(1));
    return {d.dx, d.dgamma};
  };
  const auto out = kernels::rms_norm(x.value(), value_if_defined(gamma), eps);
  return record("rms_norm", out.y, {x, gamma}, {x, gamma, Variable(out.rstd)}, fused(rule, kernel));
}

}  // namespace

Variable layer_norm(const Variable& x, const NormalizedShape& normalized_shape, const Variable& gamma,
                    const Variable& beta, double eps) {
  const Shape& shape = normalized_shape.sizes();
  check_defined("layer_norm", {x});
  check("layer_norm", x, shape, eps);
  check_affine("layer_norm", "gamma", gamma, x, shape);
  check_affine("layer_norm", "beta", beta, x, shape);
  const Variable y =
      layer_norm_of_rows(with_rows(x, shape), with_rows(gamma, shape), with_rows(beta, shape), eps);
  return reshaped(y, x.shape());
}

Variable layer_norm(const Variable& x, const Variable& gamma, const Variable& beta, double eps) {
  return layer_norm(x, last_dim("layer_norm", x), gamma, beta, eps);
}

Variable rms_norm(const Variable& x, const NormalizedShape& normalized_shape, const Variable& gamma,
                  std::optional<double> given) {
  const Shape& shape = normalized_shape.sizes();
  check_defined("rms_norm", {x});
  const double epsilon = x.dtype() == float32 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                              : std::numeric_limits<double>::epsilon();
  const double eps = given.value_or(epsilon);
  check("rms_norm", x, shape, eps);
  check_affine("rms_norm", "gamma", gamma, x, shape);
  return reshaped(rms_norm_of_rows(with_rows(x, shape), with_rows(gamma, shape), eps), x.shape());
}

Variable rms_norm(const Variable& x, const Variable& gamma, std::optional<double> eps) {
  return rms_norm(x, last_dim("rms_norm", x), gamma, eps);
}

}  // namespace xgrad
