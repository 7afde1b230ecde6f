#include <xgrad/core/ops/indexing.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_1d(std::string_view op, const Variable& index) {
  if (index.dim() != 1)
    fail(op, "index must be 1-D, got shape ", index.shape(), "; reshape({-1}) flattens it");
}

}  // namespace

void check_index(std::string_view op, const Variable& index, const Shape& shape, int dim) {
  if (index.dtype() != int64) {
    fail(op, "indices are int64, not ", index.dtype(), " of shape ", index.shape(),
         "; convert with to(int64)");
  }
  const Tensor flat = index.value().contiguous();
  const auto* indices = flat.data<std::int64_t>();
  const auto size = static_cast<std::uint64_t>(shape[dim]);  // above which a negative index lies, too
  const auto is_wrong = [size](std::int64_t i) { return static_cast<std::uint64_t>(i) >= size; };
  const std::int64_t* end = indices + flat.numel();
  const std::int64_t* wrong = std::find_if(indices, end, is_wrong);
  if (wrong == end) return;
  fail_range(op, "index ", *wrong, " at position ", unravel_index(wrong - indices, index.shape()),
             " is out of range for dim ", dim, " of shape ", shape);
}

Variable embedding(const Variable& indices, const Variable& weight) {
  check_defined("embedding", {indices, weight});
  if (weight.dim() != 2) fail("embedding", "weight must be (V, D), got ", weight.shape());
  check_index("embedding", indices, weight.shape(), 0);
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  const Tensor rows = kernels::index_select(weight.value(), 0, indices.value().reshape({-1}));
  // y_n = W[i_n]   ⇒   dW[v] = Σ of g_n over all n with i_n = v
  const auto rule = [](const Replay& r) -> Gradients {
    const Shape& table = r.input_shape(0);
    const Variable index = reshape(r.saved(0), {-1});
    return {index_select_backward(reshape(r.grad(), {index.numel(), table[1]}), table, 0, index)};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    const Shape& table = r.input_shape(0);
    const Tensor index = r.saved(0).reshape({-1}), g = r.grad().reshape({index.numel(), table[1]});
    const Tensor sum = r.sum_so_far(0);  // of a tied head, say: no second table of zeros
    Tensor dw = sum.defined() ? sum : zeros(table, g.dtype());
    kernels::index_add_into(dw, 0, index, g);
    if (!sum.defined()) return {dw};
    sum.storage()->bump_version();
    return {Tensor()};
  };
  return record("embedding", rows.reshape(shape), {weight}, {indices}, fused(rule, kernel));
}

Variable index_select(const Variable& x, int dim, const Variable& index) {
  check_defined("index_select", {x, index});
  dim = normalize_dim("index_select", dim, x.dim());
  check_1d("index_select", index);
  check_index("index_select", index, x.shape(), dim);
  return record("index_select", kernels::index_select(x.value(), dim, index.value()), {x}, {index},
                [dim](const Replay& r) -> Gradients {
                  // what was read several times gets several gradients, which add up
                  return {index_select_backward(r.grad(), r.input_shape(0), dim, r.saved(0))};
                });
}

Variable index_select_backward(const Variable& g, const Shape& shape, int dim, const Variable& index) {
  check_defined("index_select_backward", {g, index});
  dim = normalize_dim("index_select_backward", dim, shape.dim());
  check_1d("index_select_backward", index);
  Shape wanted = shape;
  wanted[dim] = index.numel();
  if (g.shape() != wanted) {
    fail("index_select_backward", "g of shape ", g.shape(), " is no gradient of ", index.numel(),
         " indices along dim ", dim, " of shape ", shape, "; it must be ", wanted);
  }
  check_index("index_select_backward", index, shape, dim);
  const Tensor dx = zeros(shape, g.dtype());
  kernels::index_add_into(dx, dim, index.value(), g.value());
  return record("index_select_backward", dx, {g}, {index},
                [dim](const Replay& r) -> Gradients { return {index_select(r.grad(), dim, r.saved(0))}; });
}

Variable index_add(const Variable& x, int dim, const Variable& index, const Variable& source) {
  check_defined("index_add", {x, index, source});
  dim = normalize_dim("index_add", dim, x.dim());
  check_1d("index_add", index);
  Shape wanted = x.shape();
  wanted[dim] = index.numel();
  if (source.shape() != wanted) {
    fail("index_add", "source of shape ", source.shape(), " does not fit x of shape ", x.shape(), " with ",
         index.numel(), " indices along dim ", dim, "; it must be ", wanted);
  }
  if (!is_floating(x.dtype()) || source.dtype() != x.dtype()) {
    fail("index_add", "x and source need one floating dtype, got ", x.dtype(), " and ", source.dtype(),
         "; convert with to()");
  }
  check_index("index_add", index, x.shape(), dim);
  const Tensor y = x.value().clone();
  kernels::index_add_into(y, dim, index.value(), source.value());
  return record("index_add", y, {x, source}, {keep_for(1, index)}, [dim](const Replay& r) -> Gradients {
    // y[index[i]] = x[index[i]] + source[i]   ⇒   dx = g,  dsource = g[index]
    return {r.wants(0) ? r.grad() : nothing, r.wants(1) ? index_select(r.grad(), dim, r.saved(0)) : nothing};
  });
}

}  // namespace xgrad
