#include <xgrad/core/ops/embedding.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Variable embedding(const Variable& indices, const Variable& weight) {
  check_defined("embedding", {indices, weight});
  if (weight.dim() != 2) fail("embedding", "weight must be (V, D), got ", weight.shape());
  check_index("embedding", indices, weight.shape(), 0);
  Shape shape = indices.shape();
  shape.push_back(weight.size(1));
  Tensor rows = kernels::index_select(weight.value(), 0, indices.value().reshape({-1}));
  if (rows.dtype() == bfloat16) rows = rows.to(float32);
  // y_n = W[i_n]   ⇒   dW[v] = Σ of g_n over all n with i_n = v
  const auto rule = [](const Replay& r) -> Gradients {
    const Shape& table = r.input_shape(0);
    const Variable index = reshape(r.saved(0), {-1});
    return {index_select_backward(reshape(r.grad(), {index.numel(), table[1]}), table, 0, index)};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    const Shape& table = r.input_shape(0);
    const Tensor index = r.saved(0).reshape({-1}), g = r.grad().reshape({index.numel(), table[1]});
    const Tensor sum = r.sum_so_far(0);  // of a tied head, for example: it saves a second table
    const Tensor dw = sum.defined() ? sum : zeros(table, g.dtype());
    kernels::index_add_into(dw, 0, index, g);
    if (sum.defined()) return {nothing};
    return {dw};
  };
  return record("embedding", rows.reshape(shape), {weight}, {indices}, fused(rule, kernel));
}

namespace {

std::int64_t one_more_than_largest(const Variable& indices) {
  if (indices.numel() == 0) {
    fail("one_hot", "of no indices, shape ", indices.shape(), ", the number of classes must be given");
  }
  const std::int64_t largest = indices.dtype() == int64 ? max(indices).item<std::int64_t>() : 0;
  std::int64_t classes = 0;
  if (__builtin_add_overflow(largest, 1, &classes)) {
    fail("one_hot", "index ", largest, " needs more classes than can be counted");
  }
  return std::max<std::int64_t>(classes, 1);
}

}  // namespace

Tensor one_hot(const Variable& indices, std::int64_t classes) {
  check_defined("one_hot", {indices});
  if (classes < -1 || classes == 0) fail("one_hot", "the number of classes must be positive, not ", classes);
  if (classes == -1) classes = one_more_than_largest(indices);
  if (indices.dim() == Shape::max_dims) {
    fail("one_hot", "indices of shape ", indices.shape(), " leave no dim for the classes: there are at most ",
         Shape::max_dims);
  }
  Shape shape = indices.shape();
  shape.push_back(classes);
  check_sizes("one_hot", shape);
  check_index("one_hot", indices, shape, indices.dim());
  return eq(indices.value().unsqueeze(-1), arange(classes)).to(int64);
}

}  // namespace xgrad
