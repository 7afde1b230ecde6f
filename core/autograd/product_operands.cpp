#include <xgrad/core/autograd/product_operands.hpp>

#include <utility>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/tensor/rounded.hpp>

namespace xgrad {
namespace {

Variable with_node_of(const Variable& x, Tensor value) {
  return Variable::of_node(std::move(value), x.requires_grad() ? x.node() : nullptr);
}

bool suits_float32(DType x) { return x == float32 || x == bfloat16; }

}  // namespace

bool can_multiply(DType a, DType b) {
  return (a == b && is_floating(a)) || (suits_float32(a) && suits_float32(b));
}

bool is_mixed_product(DType a, DType b) {
  if (a == float32 && b == float32) return mixed_precision();
  return suits_float32(a) && suits_float32(b);
}

Variable in_bfloat16(const Variable& x) {
  if (x.dtype() == bfloat16) return x;
  // While the tape records, it holds the copy, and backward() frees it. Outside, x's storage holds it.
  const bool is_parameter = x.is_leaf() && x.requires_grad(), records = grad_enabled();
  const kernels::RoundedCopyOptions options = {.is_kept = !records && !is_replaying(),
                                               .in_gradient_block = records && is_parameter};
  return with_node_of(x, kernels::rounded(x.value(), options));
}

Variable in_float32(const Variable& x) {
  return x.dtype() == bfloat16 ? with_node_of(x, x.value().to(float32)) : x;
}

ProductOperands::ProductOperands(const Variable& x, const Variable& y)
    : is_mixed(is_mixed_product(x.dtype(), y.dtype())),
      rounded_x_(is_mixed ? in_bfloat16(x) : Variable()),
      rounded_y_(is_mixed ? in_bfloat16(y) : Variable()),
      a(is_mixed ? rounded_x_ : x),
      b(is_mixed ? rounded_y_ : y) {}

}  // namespace xgrad
