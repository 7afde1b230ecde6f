#include <xgrad/core/ops/views.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/copy.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

// A view moves elements without changing them, so each rule is the opposite move.
namespace {

// Writes g to `view`, a view of dx: the gradient of a view of x.
void write(const char* op, const Variable& g, const Tensor& view, const Tensor& dx) {
  if (g.shape() != view.shape()) {
    fail(op, "g of shape ", g.shape(), " is no gradient of a view of shape ", view.shape(), " of ",
         dx.shape());
  }
  kernels::copy(g.value(), view);
}

// The same as a kernel; `view(x)` makes the view. Where other views of x have already left their gradients, g
// is added to them in place.
template <class View>
KernelGradients add_at(const KernelReplay& r, const View& view) {
  const Tensor sum = r.sum_so_far(0);
  if (sum.defined()) {
    kernels::add_into(view(sum), r.grad(), 1);
    return {nothing};
  }
  Tensor dx = zeros(r.input_shape(0), r.grad().dtype());
  kernels::copy(r.grad(), view(dx));
  return {dx};
}

// The rule of views that only change the shape.
Gradients reshape_back(const Replay& r) { return {reshape(r.grad(), r.input_shape(0))}; }

}  // namespace

Variable reshape(const Variable& x, const Shape& shape) {
  check_defined("reshape", {x});
  return record("reshape", x.value().reshape(shape), {x}, {}, reshape_back);
}

Variable flatten(const Variable& x, int start_dim, int end_dim) {
  check_defined("flatten", {x});
  const int dims = std::max(x.dim(), 1);
  const int start = normalize_dim("flatten", start_dim, dims), end = normalize_dim("flatten", end_dim, dims);
  if (start > end) {
    fail("flatten", "start_dim ", start_dim, " lies behind end_dim ", end_dim, " of shape ", x.shape());
  }
  Shape shape;
  for (int i = 0; i < dims; ++i) {
    const std::int64_t size = x.dim() == 0 ? 1 : x.size(i);
    if (i <= start || i > end) {
      shape.push_back(size);
    } else {
      shape[start] *= size;
    }
  }
  return reshape(x, shape);
}

Variable transpose(const Variable& x, int dim0, int dim1) {
  check_defined("transpose", {x});
  return record("transpose", x.value().transpose(dim0, dim1), {x}, {},
                [dim0, dim1](const Replay& r) -> Gradients { return {transpose(r.grad(), dim0, dim1)}; });
}

Variable permute(const Variable& x, const Shape& dims) {
  check_defined("permute", {x});
  Tensor y = x.value().permute(dims);
  return record("permute", y, {x}, {}, [dims](const Replay& r) -> Gradients {
    Shape back = dims;  // output dim i is input dim dims[i]
    for (int i = 0; i < dims.dim(); ++i) back[normalize_dim("permute", dims[i], dims.dim())] = i;
    return {permute(r.grad(), back)};
  });
}

Variable squeeze(const Variable& x) {
  check_defined("squeeze", {x});
  return record("squeeze", x.value().squeeze(), {x}, {}, reshape_back);
}

Variable squeeze(const Variable& x, int dim) {
  check_defined("squeeze", {x});
  return record("squeeze", x.value().squeeze(dim), {x}, {}, reshape_back);
}

Variable unsqueeze(const Variable& x, int dim) {
  check_defined("unsqueeze", {x});
  return record("unsqueeze", x.value().unsqueeze(dim), {x}, {},
                [dim](const Replay& r) -> Gradients { return {squeeze(r.grad(), dim)}; });
}

Variable expand(const Variable& x, const Shape& shape) {
  check_defined("expand", {x});
  return record("expand", x.value().expand(shape), {x}, {},
                [](const Replay& r) -> Gradients { return {sum_to(r.grad(), r.input_shape(0))}; });
}

Variable slice(const Variable& x, int dim, std::int64_t start, std::int64_t end, std::int64_t step) {
  check_defined("slice", {x});
  const auto rule = [=](const Replay& r) -> Gradients {
    return {slice_backward(r.grad(), r.input_shape(0), dim, start, end, step)};
  };
  const auto kernel = [=](const KernelReplay& r) {
    return add_at(r, [&](const Tensor& x) { return x.slice(dim, start, end, step); });
  };
  return record("slice", x.value().slice(dim, start, end, step), {x}, {}, fused(rule, kernel));
}

Variable slice_backward(const Variable& g, const Shape& shape, int dim, std::int64_t start, std::int64_t end,
                        std::int64_t step) {
  check_defined("slice_backward", {g});
  Tensor dx = zeros(shape, g.dtype());
  write("slice_backward", g, dx.slice(dim, start, end, step), dx);
  return record("slice_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {slice(r.grad(), dim, start, end, step)}; });
}

Variable select(const Variable& x, int dim, std::int64_t index) {
  check_defined("select", {x});
  const auto rule = [=](const Replay& r) -> Gradients {
    return {select_backward(r.grad(), r.input_shape(0), dim, index)};
  };
  const auto kernel = [=](const KernelReplay& r) {
    return add_at(r, [&](const Tensor& x) { return x.select(dim, index); });
  };
  return record("select", x.value().select(dim, index), {x}, {}, fused(rule, kernel));
}

Variable select_backward(const Variable& g, const Shape& shape, int dim, std::int64_t index) {
  check_defined("select_backward", {g});
  Tensor dx = zeros(shape, g.dtype());
  write("select_backward", g, dx.select(dim, index), dx);
  return record("select_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {select(r.grad(), dim, index)}; });
}

Variable diagonal(const Variable& x, std::int64_t offset, int dim1, int dim2) {
  check_defined("diagonal", {x});
  const auto rule = [=](const Replay& r) -> Gradients {
    return {diagonal_backward(r.grad(), r.input_shape(0), offset, dim1, dim2)};
  };
  const auto kernel = [=](const KernelReplay& r) {
    return add_at(r, [&](const Tensor& x) { return x.diagonal(offset, dim1, dim2); });
  };
  return record("diagonal", x.value().diagonal(offset, dim1, dim2), {x}, {}, fused(rule, kernel));
}

Variable diagonal_backward(const Variable& g, const Shape& shape, std::int64_t offset, int dim1, int dim2) {
  check_defined("diagonal_backward", {g});
  Tensor dx = zeros(shape, g.dtype());
  write("diagonal_backward", g, dx.diagonal(offset, dim1, dim2), dx);
  return record("diagonal_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {diagonal(r.grad(), offset, dim1, dim2)}; });
}

Variable diag(const Variable& x, std::int64_t diagonal) {
  check_defined("diag", {x});
  if (x.dim() == 2) return xgrad::diagonal(x, diagonal);
  if (x.dim() != 1) fail("diag", "needs a matrix or a vector, got shape ", x.shape());
  std::int64_t n = 0;  // rows and columns: numel + |diagonal|
  if (diagonal < 0 ? __builtin_sub_overflow(x.numel(), diagonal, &n)
                   : __builtin_add_overflow(x.numel(), diagonal, &n)) {
    fail("diag", "a matrix with diagonal ", diagonal, " is larger than can be counted");
  }
  check_sizes("diag", {n, n});
  return diagonal_backward(x, {n, n}, diagonal, 0, 1);
}

Variable to(const Variable& x, DType dtype) {
  check_defined("to", {x});
  if (x.dtype() == dtype) return x;
  if (!is_floating(dtype)) return Variable(x.value().to(dtype));
  const DType from = x.dtype();
  return record("to", x.value().to(dtype), {x}, {},
                [from](const Replay& r) -> Gradients { return {to(r.grad(), from)}; });
}

}  // namespace xgrad
