#include <xgrad/core/ops/scatter.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

void check_shape(const char* op, const Variable& index, const Variable& source) {
  if (source.shape() == index.shape()) return;
  fail(op, "the source of shape ", source.shape(), " must have the index's shape, ", index.shape());
}

void check_dtype(const char* op, const Variable& x, const Variable& source) {
  if (source.dtype() == x.dtype()) return;
  fail(op, "x and source need one dtype, got ", x.dtype(), " and ", source.dtype(), "; convert with to()");
}

// Whether a later entry of the index names the same element of a Tensor of this shape.
Tensor is_overwritten(const Shape& shape, int dim, const Tensor& index) {
  const Tensor number = arange(index.numel()).reshape(index.shape()), last = empty(shape, int64);
  kernels::scatter_into(last, dim, index, number);
  return ne(kernels::gather(last, dim, index), number);
}

}  // namespace

Variable scatter(const Variable& x, int dim, const Variable& index, const Variable& source) {
  check_defined("scatter", {x, index, source});
  dim = normalize_dim("scatter", dim, x.dim());
  const Variable from_front = count_from_front_of("scatter", index, x, dim);
  check_shape("scatter", index, source);
  check_dtype("scatter", x, source);
  const Tensor y = x.value().clone();
  kernels::scatter_into(y, dim, from_front.value(), source.value());
  return record("scatter", y, {x, source}, {from_front}, [dim](const Replay& r) -> Gradients {
    // y[index_i] = source_i   ⇒   dx = g but 0 at each index_i,  dsource_i = g[index_i], or 0 if overwritten
    const Variable index = r.saved(0);
    const auto dsource = [&] {
      const Tensor lost = is_overwritten(r.grad().shape(), dim, index.value());
      return masked_fill(gather(r.grad(), dim, index), lost, 0);
    };
    return {r.wants(0) ? scatter(r.grad(), dim, index, 0) : nothing, r.wants(1) ? dsource() : nothing};
  });
}

Variable scatter(const Variable& x, int dim, const Variable& index, Scalar value) {
  check_defined("scatter", {x, index});
  return scatter(x, dim, index, full({}, value, x.dtype()).expand(index.shape()));
}

Variable scatter_add(const Variable& x, int dim, const Variable& index, const Variable& source) {
  check_defined("scatter_add", {x, index, source});
  dim = normalize_dim("scatter_add", dim, x.dim());
  const Variable from_front = count_from_front_of("scatter_add", index, x, dim);
  check_shape("scatter_add", index, source);
  check_source("scatter_add", x, source);
  const Tensor y = x.value().clone();
  kernels::scatter_add_into(y, dim, from_front.value(), source.value());
  return record(
      "scatter_add", y, {x, source}, {keep_for(1, from_front)}, [dim](const Replay& r) -> Gradients {
        // y[index_i] = x[index_i] + source_i   ⇒   dx = g,  dsource_i = g[index_i]
        return {r.wants(0) ? r.grad() : nothing, r.wants(1) ? gather(r.grad(), dim, r.saved(0)) : nothing};
      });
}

namespace {

Variable scatter_extreme(const Variable& x, int dim, const Variable& index, const Variable& source,
                         bool largest, bool include_self) {
  Tensor y = x.value().clone();
  // Without x, one of the sources takes its place: the largest of them does not change by counting one twice.
  if (!include_self) kernels::scatter_into(y, dim, index.value(), source.value());
  kernels::scatter_extreme_into(y, dim, index.value(), source.value(), largest);
  return record("scatter_reduce", y, {x, source}, {x, index, source, keeps_output},
                [dim, include_self](const Replay& r) -> Gradients {
                  // ∂y/∂x = [x = y] / n,  ∂y/∂source_i = [source_i = y[index_i]] / n,  where n counts the
                  // elements that equal y. A NaN equals nothing: 0/0 = NaN, as in amax.
                  const Variable index = r.saved(1), source = r.saved(2), y = r.output();
                  const DType dtype = y.dtype();
                  Variable x_is_y = eq(r.saved(0), y).to(dtype);
                  if (!include_self) x_is_y = scatter(x_is_y, dim, index, 0);
                  const Variable source_is_y = eq(source, gather(y, dim, index)).to(dtype);
                  const Variable share = r.grad() / scatter_add(x_is_y, dim, index, source_is_y);
                  return {r.wants(0) ? r.connected(0, share * x_is_y) : nothing,
                          r.wants(1) ? r.connected(1, gather(share, dim, index) * source_is_y) : nothing};
                });
}

}  // namespace

Variable scatter_reduce(const Variable& x, int dim, const Variable& index, const Variable& source,
                        ScatterReduce reduce, bool include_self) {
  check_defined("scatter_reduce", {x, index, source});
  dim = normalize_dim("scatter_reduce", dim, x.dim());
  const Variable at = count_from_front_of("scatter_reduce", index, x, dim);
  check_shape("scatter_reduce", index, source);
  if (reduce == ScatterReduce::amax || reduce == ScatterReduce::amin) {
    check_dtype("scatter_reduce", x, source);
    return scatter_extreme(x, dim, at, source, reduce == ScatterReduce::amax, include_self);
  }
  check_source("scatter_reduce", x, source);
  const auto add = [&](const Variable& to, const Variable& terms) {
    return scatter_add(include_self ? to : scatter(to, dim, at, 0), dim, at, terms);
  };
  const Variable total = add(x, source);
  if (reduce == ScatterReduce::sum) return total;
  return total / add(ones(x.shape(), x.dtype()), ones(index.shape(), x.dtype()));
}

}  // namespace xgrad
