#include <xgrad/core/ops/compare.hpp>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/reduce.hpp>

namespace xgrad {
namespace {

// A C++ number takes a floating Variable's dtype, and its own beside integers and booleans.
Tensor number(Scalar value, const Variable& beside) {
  return is_floating(beside.dtype()) ? full({}, value, beside.dtype()) : full({}, value);
}

}  // namespace

Tensor eq(const Variable& a, const Variable& b) { return kernels::eq(a.value(), b.value()); }
Tensor ne(const Variable& a, const Variable& b) { return kernels::ne(a.value(), b.value()); }
Tensor lt(const Variable& a, const Variable& b) { return kernels::lt(a.value(), b.value()); }
Tensor le(const Variable& a, const Variable& b) { return kernels::le(a.value(), b.value()); }
Tensor gt(const Variable& a, const Variable& b) { return kernels::gt(a.value(), b.value()); }
Tensor ge(const Variable& a, const Variable& b) { return kernels::ge(a.value(), b.value()); }

Tensor eq(const Variable& a, Scalar b) { return eq(a, number(b, a)); }
Tensor ne(const Variable& a, Scalar b) { return ne(a, number(b, a)); }
Tensor lt(const Variable& a, Scalar b) { return lt(a, number(b, a)); }
Tensor le(const Variable& a, Scalar b) { return le(a, number(b, a)); }
Tensor gt(const Variable& a, Scalar b) { return gt(a, number(b, a)); }
Tensor ge(const Variable& a, Scalar b) { return ge(a, number(b, a)); }

Tensor isnan(const Variable& x) { return kernels::isnan(x.value()); }
Tensor logical_not(const Variable& x) { return kernels::logical_not(x.value()); }
Tensor logical_and(const Variable& a, const Variable& b) {
  return kernels::logical_and(a.value(), b.value());
}
Tensor logical_or(const Variable& a, const Variable& b) { return kernels::logical_or(a.value(), b.value()); }

// How many elements are not 0 tells both.
namespace {

Tensor count(const Variable& x, kernels::Dims dims, bool keepdim) {
  return kernels::sum(x.value().to(boolean), dims, keepdim);
}

}  // namespace

Tensor any(const Variable& x) { return gt(count(x, kernels::all_dims(x.dim()), false), 0); }
Tensor all(const Variable& x) { return eq(count(x, kernels::all_dims(x.dim()), false), x.numel()); }
Tensor any(const Variable& x, int dim, bool keepdim) {
  return gt(count(x, kernels::which_dims("any", {dim}, x.dim()), keepdim), 0);
}
Tensor all(const Variable& x, int dim, bool keepdim) {
  const kernels::Dims dims = kernels::which_dims("all", {dim}, x.dim());
  return eq(count(x, dims, keepdim), x.value().size(dim));
}

}  // namespace xgrad
