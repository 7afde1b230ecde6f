#include <xgrad/core/ops/compare.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/compare.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/number.hpp>

namespace xgrad {
namespace {

using Kernel = Tensor(const Tensor&, const Tensor&);

Tensor of_both(const char* op, Kernel& kernel, const Variable& a, const Variable& b) {
  check_defined(op, {a, b});
  return kernel(a.value(), b.value());
}

}  // namespace

Tensor eq(const Variable& a, const Variable& b) { return of_both("eq", kernels::eq, a, b); }
Tensor ne(const Variable& a, const Variable& b) { return of_both("ne", kernels::ne, a, b); }
Tensor lt(const Variable& a, const Variable& b) { return of_both("lt", kernels::lt, a, b); }
Tensor le(const Variable& a, const Variable& b) { return of_both("le", kernels::le, a, b); }
Tensor gt(const Variable& a, const Variable& b) { return of_both("gt", kernels::gt, a, b); }
Tensor ge(const Variable& a, const Variable& b) { return of_both("ge", kernels::ge, a, b); }

Tensor eq(const Variable& a, Scalar b) { return eq(a, number_beside(a, b, "eq")); }
Tensor ne(const Variable& a, Scalar b) { return ne(a, number_beside(a, b, "ne")); }
Tensor lt(const Variable& a, Scalar b) { return lt(a, number_beside(a, b, "lt")); }
Tensor le(const Variable& a, Scalar b) { return le(a, number_beside(a, b, "le")); }
Tensor gt(const Variable& a, Scalar b) { return gt(a, number_beside(a, b, "gt")); }
Tensor ge(const Variable& a, Scalar b) { return ge(a, number_beside(a, b, "ge")); }

Tensor isnan(const Variable& x) {
  check_defined("isnan", {x});
  return kernels::isnan(x.value());
}
Tensor logical_not(const Variable& x) {
  check_defined("logical_not", {x});
  return kernels::logical_not(x.value());
}
Tensor logical_and(const Variable& a, const Variable& b) {
  return of_both("logical_and", kernels::logical_and, a, b);
}
Tensor logical_or(const Variable& a, const Variable& b) {
  return of_both("logical_or", kernels::logical_or, a, b);
}

namespace {

void check_masks(const char* op, const Inputs& masks) {
  check_defined(op, masks);
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (masks[i].dtype() == boolean) continue;
    fail(op, "combines boolean masks, not ", masks[i].dtype(), " of shape ", masks[i].shape(),
         "; x != 0 is boolean");
  }
}

}  // namespace

Tensor operator&(const Variable& a, const Variable& b) {
  check_masks("&", {a, b});
  return logical_and(a, b);
}
Tensor operator|(const Variable& a, const Variable& b) {
  check_masks("|", {a, b});
  return logical_or(a, b);
}
Tensor operator^(const Variable& a, const Variable& b) {
  check_masks("^", {a, b});
  return ne(a, b);
}
Tensor operator~(const Variable& x) {
  check_masks("~", {x});
  return logical_not(x);
}

namespace {

// The number of elements that are not 0.
Tensor count(const Variable& x, kernels::DimSet dims, bool keepdim) {
  const Tensor distinct = kernels::Distinct(x.value(), dims).x;
  return kernels::sum(distinct.to(boolean).expand(x.shape()), dims, keepdim);
}

}  // namespace

Tensor any(const Variable& x, const Dims& dims, KeepDim keepdim) {
  check_defined("any", {x});
  return gt(count(x, kernels::reduced_dims("any", dims, x.shape()), keepdim), 0);
}
Tensor all(const Variable& x, const Dims& dims, KeepDim keepdim) {
  check_defined("all", {x});
  const kernels::DimSet reduced = kernels::reduced_dims("all", dims, x.shape());
  return eq(count(x, reduced, keepdim), kernels::reduced_count(x.shape(), reduced));
}

}  // namespace xgrad
