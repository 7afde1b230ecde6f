#include <xgrad/core/ops/views.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/copy.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tape.hpp>

namespace xgrad {

// A view moves elements without changing them, so each rule is the opposite move.

Variable reshape(const Variable& x, const Shape& shape) {
  return record("reshape", x.value().reshape(shape), {x}, {},
                [](const Replay& r) -> Gradients { return {reshape(r.grad(), r.input_shape(0))}; });
}

Variable transpose(const Variable& x, int dim0, int dim1) {
  return record("transpose", x.value().transpose(dim0, dim1), {x}, {},
                [dim0, dim1](const Replay& r) -> Gradients { return {transpose(r.grad(), dim0, dim1)}; });
}

Variable permute(const Variable& x, const Shape& dims) {
  Tensor y = x.value().permute(dims);
  return record("permute", y, {x}, {}, [dims](const Replay& r) -> Gradients {
    Shape back = dims;  // output dim i is input dim dims[i]
    for (int i = 0; i < dims.dim(); ++i)
      back[normalize_dim("permute", static_cast<int>(dims[i]), dims.dim())] = i;
    return {permute(r.grad(), back)};
  });
}

Variable squeeze(const Variable& x) {
  return record("squeeze", x.value().squeeze(), {x}, {},
                [](const Replay& r) -> Gradients { return {reshape(r.grad(), r.input_shape(0))}; });
}

Variable squeeze(const Variable& x, int dim) {
  return record("squeeze", x.value().squeeze(dim), {x}, {},
                [](const Replay& r) -> Gradients { return {reshape(r.grad(), r.input_shape(0))}; });
}

Variable unsqueeze(const Variable& x, int dim) {
  return record("unsqueeze", x.value().unsqueeze(dim), {x}, {},
                [dim](const Replay& r) -> Gradients { return {squeeze(r.grad(), dim)}; });
}

Variable expand(const Variable& x, const Shape& shape) {
  return record("expand", x.value().expand(shape), {x}, {},
                [](const Replay& r) -> Gradients { return {sum_to(r.grad(), r.input_shape(0))}; });
}

Variable slice(const Variable& x, int dim, std::int64_t start, std::int64_t end, std::int64_t step) {
  return record("slice", x.value().slice(dim, start, end, step), {x}, {}, [=](const Replay& r) -> Gradients {
    return {slice_backward(r.grad(), r.input_shape(0), dim, start, end, step)};
  });
}

Variable slice_backward(const Variable& g, const Shape& shape, int dim, std::int64_t start, std::int64_t end,
                        std::int64_t step) {
  Tensor dx = zeros(shape, g.dtype());
  kernels::copy(g.value(), dx.slice(dim, start, end, step));
  return record("slice_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {slice(r.grad(), dim, start, end, step)}; });
}

Variable select(const Variable& x, int dim, std::int64_t index) {
  return record("select", x.value().select(dim, index), {x}, {}, [=](const Replay& r) -> Gradients {
    return {select_backward(r.grad(), r.input_shape(0), dim, index)};
  });
}

Variable select_backward(const Variable& g, const Shape& shape, int dim, std::int64_t index) {
  Tensor dx = zeros(shape, g.dtype());
  kernels::copy(g.value(), dx.select(dim, index));
  return record("select_backward", dx, {g}, {},
                [=](const Replay& r) -> Gradients { return {select(r.grad(), dim, index)}; });
}

Variable to(const Variable& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  if (!is_floating(dtype)) return Variable(x.value().to(dtype));
  const DType from = x.dtype();
  return record("to", x.value().to(dtype), {x}, {},
                [from](const Replay& r) -> Gradients { return {to(r.grad(), from)}; });
}

}  // namespace xgrad
