#include <xgrad/core/ops/pick.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/multinomial.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/check_index.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

namespace {

using Kernel = Tensor(const Tensor&);

Tensor along(const char* op, const char* which, Kernel& kernel, const Variable& x, Dim dim, bool keepdim) {
  check_defined(op, {x});
  const int d = normalize_dim(op, dim, x.dim());
  kernels::check_extreme(op, x.shape(), d, which);
  const Tensor index = kernel(x.value().transpose(d, -1)).unsqueeze(-1).transpose(d, -1);
  return keepdim ? index : index.squeeze(d).contiguous();
}

}  // namespace

Tensor argmax(const Variable& x, Dim dim, KeepDim keepdim) {
  return along("argmax", "largest", kernels::argmax, x, dim, keepdim);
}
Tensor argmin(const Variable& x, Dim dim, KeepDim keepdim) {
  return along("argmin", "smallest", kernels::argmin, x, dim, keepdim);
}

Tensor one_hot(const Variable& index, std::int64_t classes) {
  check_defined("one_hot", {index});
  if (classes < -1 || classes == 0) fail("one_hot", "the number of classes must be positive, not ", classes);
  if (classes == -1) {
    if (index.numel() == 0) {
      fail("one_hot", "of no indices, shape ", index.shape(), ", the number of classes must be given");
    }
    const std::int64_t largest = index.dtype() == int64 ? max(index).item<std::int64_t>() : 0;
    if (__builtin_add_overflow(largest, 1, &classes)) {
      fail("one_hot", "index ", largest, " needs more classes than can be counted");
    }
    classes = std::max<std::int64_t>(classes, 1);
  }
  if (index.dim() == Shape::max_dims) {
    fail("one_hot", "indices of shape ", index.shape(), " leave no dim for the classes: there are at most ",
         Shape::max_dims);
  }
  Shape shape = index.shape();
  shape.push_back(classes);
  check_sizes("one_hot", shape);
  check_index("one_hot", index, shape, index.dim());
  return eq(index.value().unsqueeze(-1), arange(classes)).to(int64);
}

Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement, Generator& generator) {
  check_defined("multinomial", {weights});
  if (weights.dim() < 1 || weights.dim() > 2) {
    fail("multinomial", "weights are (V) or (N, V), not ", weights.shape());
  }
  if (count < 1) fail("multinomial", "the number of draws must be at least 1, not ", count);
  if (weights.size(-1) == 0) {
    fail("multinomial", "there is nothing to draw from in weights of shape ", weights.shape());
  }
  return kernels::multinomial(weights.value(), count, replacement, generator);
}

}  // namespace xgrad
