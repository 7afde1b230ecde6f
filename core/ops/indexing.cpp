#include <xgrad/core/ops/indexing.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_1d(std::string_view op, const Variable& index) {
  if (index.dim() != 1)
    fail(op, "index must be 1-D, got shape ", index.shape(), "; reshape({-1}) flattens it");
}

// The shape of what stands at `index` along `dim`.
Shape selected_shape(Shape shape, int dim, const Variable& index) {
  shape[dim] = index.numel();
  return shape;
}

}  // namespace

Variable index_select(const Variable& x, int dim, const Variable& index) {
  check_defined("index_select", {x, index});
  dim = normalize_dim("index_select", dim, x.dim());
  check_1d("index_select", index);
  const Variable from_front = count_from_front("index_select", index, x.shape(), dim);
  return record("index_select", kernels::index_select(x.value(), dim, from_front.value()), {x}, {from_front},
                [dim](const Replay& r) -> Gradients {
                  // y_i = x[index_i]   ⇒   dx[v] = Σ of g_i over all i with index_i = v
                  return {index_select_backward(r.grad(), r.input_shape(0), dim, r.saved(0))};
                });
}

Variable index_select_backward(const Variable& g, const Shape& shape, int dim, const Variable& index) {
  check_defined("index_select_backward", {g, index});
  dim = normalize_dim("index_select_backward", dim, shape.dim());
  check_1d("index_select_backward", index);
  const Shape wanted = selected_shape(shape, dim, index);
  if (g.shape() != wanted) {
    fail("index_select_backward", "g of shape ", g.shape(), " is no gradient of ", index.numel(),
         " indices along dim ", dim, " of shape ", shape, "; it must be ", wanted);
  }
  const Variable from_front = count_from_front("index_select_backward", index, shape, dim);
  const Tensor dx = zeros(shape, g.dtype());
  kernels::index_add_into(dx, dim, from_front.value(), g.value());
  return record("index_select_backward", dx, {g}, {from_front},
                [dim](const Replay& r) -> Gradients { return {index_select(r.grad(), dim, r.saved(0))}; });
}

Variable index_add(const Variable& x, int dim, const Variable& index, const Variable& source) {
  check_defined("index_add", {x, index, source});
  dim = normalize_dim("index_add", dim, x.dim());
  check_1d("index_add", index);
  const Shape wanted = selected_shape(x.shape(), dim, index);
  if (source.shape() != wanted) {
    fail("index_add", "source of shape ", source.shape(), " does not fit x of shape ", x.shape(), " with ",
         index.numel(), " indices along dim ", dim, "; it must be ", wanted);
  }
  check_source("index_add", x, source);
  const Variable from_front = count_from_front("index_add", index, x.shape(), dim);
  const Tensor y = x.value().clone();
  kernels::index_add_into(y, dim, from_front.value(), source.value());
  return record("index_add", y, {x, source}, {keep_for(1, from_front)}, [dim](const Replay& r) -> Gradients {
    // y[index_i] = x[index_i] + source_i   ⇒   dx = g,  dsource_i = g[index_i]
    return {r.wants(0) ? r.grad() : nothing, r.wants(1) ? index_select(r.grad(), dim, r.saved(0)) : nothing};
  });
}

}  // namespace xgrad
