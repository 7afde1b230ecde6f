#include <xgrad/core/ops/unfold.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Variable unfold(const Variable& x, int dim, std::int64_t size, std::int64_t step) {
  check_defined("unfold", {x});
  if (x.dim() == 0) return select(unfold(reshape(x, {1}), dim, size, step), 0, 0);
  return record("unfold", x.value().unfold(dim, size, step), {x}, {}, [=](const Replay& r) -> Gradients {
    // Each element of a window is one of x   ⇒   dx_j = Σ g over the windows that hold x_j
    return {unfold_backward(r.grad(), r.input_shape(0), dim, size, step)};
  });
}

Variable unfold_backward(const Variable& g, const Shape& shape, int dim, std::int64_t size,
                         std::int64_t step) {
  check_defined("unfold_backward", {g});
  check_floating("unfold_backward", g.value());
  const Tensor dx = zeros(shape, g.dtype()), windows = dx.unfold(dim, size, step);
  if (g.shape() != windows.shape()) {
    fail("unfold_backward", "g of shape ", g.shape(), " is no gradient of windows of shape ", windows.shape(),
         " of ", shape);
  }
  // No two windows share their k-th element, and no window holds an element twice: the shorter of the two
  // dims is walked, and the rest is added at once.
  const int last = windows.dim() - 1, counts = normalize_dim("unfold_backward", dim, last);
  const int walked = windows.size(counts) < size ? counts : last;
  for (std::int64_t k = 0; k < windows.size(walked); ++k) {
    kernels::add_into(windows.select(walked, k), g.value().select(walked, k), 1);
  }
  return record("unfold_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {unfold(r.grad(), dim, size, step)}; });
}

}  // namespace xgrad
