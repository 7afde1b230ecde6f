#include <xgrad/core/ops/masked_select.hpp>

#include <algorithm>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/nonzero.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Tensor nonzero(const Variable& x) {
  check_defined("nonzero", {x});
  const Tensor numbers = kernels::nonzero(x.value());
  const Tensor indices = empty({numbers.numel(), x.dim()}, int64);
  const auto* number = numbers.data<std::int64_t>();
  auto* to = indices.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < numbers.numel(); ++i) {
    const Shape index = unravel_index(number[i], x.shape());
    to = std::copy(index.begin(), index.end(), to);
  }
  return indices;
}

Variable masked_select(const Variable& x, const Variable& mask) {
  check_defined("masked_select", {x, mask});
  if (mask.dtype() != boolean) {
    fail("masked_select", "the mask is boolean, not ", mask.dtype(), " of shape ", mask.shape(),
         "; mask != 0 is boolean");
  }
  const Shape shape = broadcast_shapes("masked_select", x.shape(), mask.shape());
  const Variable all = x.shape() == shape ? x : x.expand(shape);
  return all[Variable(mask.value().expand(shape))];  // subscript.cpp has the rule
}

}  // namespace xgrad
