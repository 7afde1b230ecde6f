#include <xgrad/core/ops/max.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

using kernels::DimSet;

namespace {

using Extreme = Tensor(std::string_view, const Tensor&, DimSet, bool);  // kernels::amax, kernels::amin

Variable extreme(const char* op, Extreme& kernel, const Variable& x, const Dims& list, bool keepdim,
                 bool nans_share) {
  check_defined(op, {x});
  const DimSet dims = kernels::reduced_dims(op, list, x.shape());
  return record(op, kernel(op, x.value(), dims, keepdim), {x}, {x, keeps_output},
                [dims, nans_share](const Replay& r) -> Gradients {
                  // ∂y/∂x_j = [x_j = y] / #{i : x_i = y}. A NaN equals nothing: amax and amin then give 0/0 =
                  // NaN. In max and min over all elements, the NaNs share the gradient. Both are as in
                  // PyTorch.
                  const Variable x = r.saved(0);
                  const Shape kept = kernels::reduced_shape(x.shape(), dims, /*keepdim=*/true);
                  const Tensor equals = eq(x, reshape(r.output(), kept));
                  const Tensor is_chosen = (nans_share ? logical_or(equals, isnan(x)) : equals).to(x.dtype());
                  const Tensor count = kernels::sum(is_chosen, dims, /*keepdim=*/true);
                  return {r.connected(0, reshape(r.grad(), kept) / count * is_chosen)};
                });
}

using IndexOf = Tensor(const Tensor&);  // kernels::argmax, kernels::argmin

Tensor index_along(const char* op, const char* which, IndexOf& index_of, const Variable& x, Dim along,
                   bool keepdim) {
  check_defined(op, {x});
  const int dim = normalize_dim(op, along, x.dim());
  kernels::check_extreme(op, x.shape(), dim, which);
  const Tensor index = index_of(x.value().transpose(dim, -1)).unsqueeze(-1).transpose(dim, -1);
  return keepdim ? index : index.squeeze(dim).contiguous();
}

Tensor index_of_all(const char* op, const char* which, IndexOf& index_of, const Variable& x) {
  check_defined(op, {x});
  for (int dim = 0; dim < x.dim(); ++dim) kernels::check_extreme(op, x.shape(), dim, which);
  return index_of(x.value().reshape(-1));
}

// gather's rule sends the gradient back to the index.
std::pair<Variable, Tensor> element_along(const char* op, const char* which, IndexOf& index_of,
                                          const Variable& x, Dim along, bool keepdim) {
  const Tensor index = index_along(op, which, index_of, x, along, /*keepdim=*/true);
  const int dim = normalize_dim(op, along, x.dim());
  const Variable y = gather(x, dim, index);
  if (keepdim) return {y, index};
  return {squeeze(y, dim), index.squeeze(dim)};
}

}  // namespace

Variable amax(const Variable& x, const Dims& dims, KeepDim keepdim) {
  return extreme("amax", kernels::amax, x, dims, keepdim, /*nans_share=*/false);
}
Variable amin(const Variable& x, const Dims& dims, KeepDim keepdim) {
  return extreme("amin", kernels::amin, x, dims, keepdim, /*nans_share=*/false);
}

Variable max(const Variable& x) {
  return extreme("max", kernels::amax, x, {}, /*keepdim=*/false, /*nans_share=*/true);
}
Variable min(const Variable& x) {
  return extreme("min", kernels::amin, x, {}, /*keepdim=*/false, /*nans_share=*/true);
}

std::pair<Variable, Tensor> max(const Variable& x, Dim dim, KeepDim keepdim) {
  return element_along("max", "largest", kernels::argmax, x, dim, keepdim);
}
std::pair<Variable, Tensor> min(const Variable& x, Dim dim, KeepDim keepdim) {
  return element_along("min", "smallest", kernels::argmin, x, dim, keepdim);
}

Tensor argmax(const Variable& x) { return index_of_all("argmax", "largest", kernels::argmax, x); }
Tensor argmin(const Variable& x) { return index_of_all("argmin", "smallest", kernels::argmin, x); }
Tensor argmax(const Variable& x, Dim dim, KeepDim keepdim) {
  return index_along("argmax", "largest", kernels::argmax, x, dim, keepdim);
}
Tensor argmin(const Variable& x, Dim dim, KeepDim keepdim) {
  return index_along("argmin", "smallest", kernels::argmin, x, dim, keepdim);
}

}  // namespace xgrad
