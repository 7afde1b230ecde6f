#include <xgrad/core/ops/softmax.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {
namespace {

void check_floating(std::string_view op, const Variable& x) {
  if (!is_floating(x.dtype())) {
    fail(op, "needs a floating dtype, not ", x.dtype(), " of shape ", x.shape(),
         "; convert with to(float32)");
  }
}

// As the kernel wants it: boolean, or in x's dtype.
Tensor checked_mask(const Tensor& mask, const Variable& x) {
  if (!mask.defined()) return mask;
  if (mask.dtype() == int64) {
    fail("softmax", "a mask is boolean (true keeps) or floating (added), not int64 of shape ", mask.shape(),
         "; convert with to(boolean)");
  }
  if (!is_broadcastable_to(mask.shape(), x.shape()))
    fail("softmax", "the mask of shape ", mask.shape(), " does not broadcast to x of shape ", x.shape());
  return mask.dtype() == boolean ? mask : mask.to(x.dtype());
}

void check_same(std::string_view op, const Variable& g, const Variable& y) {
  if (g.shape() != y.shape() || g.dtype() != y.dtype()) {
    fail(op, "g and y differ: ", g.shape(), " ", g.dtype(), " and ", y.shape(), " ", y.dtype());
  }
}

}  // namespace

Variable softmax(const Variable& x, int dim, const SoftmaxOptions& options) {
  check_floating("softmax", x);
  const Tensor mask = checked_mask(options.mask, x);
  if (x.dim() == 0) {  // one row of one element
    SoftmaxOptions row = options;
    if (mask.defined()) row.mask = mask.reshape({1});
    return reshape(softmax(reshape(x, {1}), dim, row), {});
  }
  dim = normalize_dim("softmax", dim, x.dim());
  const Tensor y = kernels::softmax(x.value(), dim, options.scale, mask, options.zero_if_all_masked);
  return record("softmax", y, {x}, {keeps_output}, [dim, s = options.scale](const Replay& r) -> Gradients {
    // ∂y_i/∂x_j = s y_i (δ_ij − y_j)   ⇒   dx = s y ⊙ (g − Σ_j g_j y_j)
    return {softmax_backward(r.grad(), r.output(), dim, s)};
  });
}

Variable softmax_backward(const Variable& g, const Variable& y, int dim, double scale) {
  check_same("softmax_backward", g, y);
  dim = normalize_dim("softmax_backward", dim, y.dim());
  return record(
      "softmax_backward", kernels::softmax_backward(g.value(), y.value(), dim, scale), {g, y}, {g, y},
      [dim, scale](const Replay& r) -> Gradients {
        // with h = dL/d(dx):  dg = s y ⊙ (h − Σ h y),  dy = s (h ⊙ (g − Σ g y) − g Σ h y)
        const Variable h = r.grad(), g = r.saved(0), y = r.saved(1);
        const auto dy = [&] {
          return (h * (g - sum(g * y, {dim}, true)) - g * sum(h * y, {dim}, true)) * scale;
        };
        return {r.wants(0) ? softmax_backward(h, y, dim, scale) : nothing, r.wants(1) ? dy() : nothing};
      });
}

Variable composed::softmax_backward(const Variable& g, const Variable& y, int dim, double scale) {
  return y * (g - sum(g * y, {dim}, true)) * scale;
}

Variable log_softmax(const Variable& x, int dim) {
  check_floating("log_softmax", x);
  if (x.dim() == 0) return reshape(log_softmax(reshape(x, {1}), dim), {});
  dim = normalize_dim("log_softmax", dim, x.dim());
  return record("log_softmax", kernels::log_softmax(x.value(), dim), {x}, {keeps_output},
                [dim](const Replay& r) -> Gradients {
                  // ∂y_i/∂x_j = δ_ij − exp(y_j)   ⇒   dx = g − exp(y) Σ_i g_i
                  return {log_softmax_backward(r.grad(), r.output(), dim)};
                });
}

Variable log_softmax_backward(const Variable& g, const Variable& y, int dim) {
  check_same("log_softmax_backward", g, y);
  dim = normalize_dim("log_softmax_backward", dim, y.dim());
  return record("log_softmax_backward", kernels::log_softmax_backward(g.value(), y.value(), dim), {g, y},
                {keep_for(1, g), y}, [dim](const Replay& r) -> Gradients {
                  // with h = dL/d(dx):  dg = h − Σ h exp(y),  dy = −h ⊙ exp(y) Σ g
                  const Variable h_p = r.grad() * exp(r.saved(1));
                  return {r.wants(0) ? r.grad() - sum(h_p, {dim}, true) : nothing,
                          r.wants(1) ? neg(h_p * sum(r.saved(0), {dim}, true)) : nothing};
                });
}

Variable composed::log_softmax_backward(const Variable& g, const Variable& y, int dim) {
  return g - exp(y) * sum(g, {dim}, true);
}

}  // namespace xgrad
