#include <xgrad/core/autograd/mixed_precision.hpp>

#include <utility>

#include <xgrad/core/rows/isa.hpp>
#include <xgrad/core/tensor/rounded.hpp>

namespace xgrad {
namespace {

thread_local bool is_mixed_precision = false;

Variable with_node_of(const Variable& x, Tensor value) {
  return Variable::of_node(std::move(value), x.requires_grad() ? x.node() : nullptr);
}

bool is_read_in_bfloat16(DType a, DType b) {
  if (a == float32 && b == float32) return is_mixed_precision;
  return (a == bfloat16 || b == bfloat16) && a != float64 && b != float64;
}

}  // namespace

bool can_multiply(DType a, DType b) {
  return (a == b && is_floating(a)) || (a == float32 && b == bfloat16) || (a == bfloat16 && b == float32) ||
         (a == bfloat16 && b == bfloat16);
}

bool mixed_precision() { return is_mixed_precision; }
bool has_bfloat16_products() { return kernels::has_bfloat16_products(); }

MixedPrecision::MixedPrecision(bool on) : before_(std::exchange(is_mixed_precision, on)) {}
MixedPrecision::~MixedPrecision() { is_mixed_precision = before_; }

ProductOperands::ProductOperands(const Variable& x, const Variable& y)
    : is_mixed(is_read_in_bfloat16(x.dtype(), y.dtype())) {
  a = is_mixed ? rounded(x) : x;
  b = is_mixed ? rounded(y) : y;
}

Variable rounded(const Variable& x) {
  return x.dtype() == bfloat16 ? x : with_node_of(x, kernels::rounded(x.value()));
}

Variable widened(const Variable& x) {
  return x.dtype() == bfloat16 ? with_node_of(x, x.value().to(float32)) : x;
}

}  // namespace xgrad
