#include <xgrad/core/ops/prod.hpp>

#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/cumsum.hpp>
#include <xgrad/core/kernels/recurrence.hpp>
#include <xgrad/core/kernels/reduce.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pad.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

// first, y_0, ..., y_{n−2} along `dim`.
Variable shifted(const Variable& y, int dim, Scalar first) {
  if (y.numel() == 0) return y;
  // A pair (before, behind) for each dim from the last one to `dim`.
  std::vector<std::int64_t> amounts(2 * static_cast<std::size_t>(y.dim() - dim), 0);
  amounts[amounts.size() - 2] = 1;
  amounts.back() = -1;
  return pad(y, amounts, first);
}

// y_i = b_i + a_i y_{i−1}, or from the end y_i = b_i + a_{i+1} y_{i+1}. As linear functions of b, each is the
// other's transpose.
Variable recurrence(const Variable& b, const Variable& a, int dim, bool from_the_end) {
  const Tensor y = kernels::recurrence(b.value(), a.value(), dim, from_the_end);
  return record("recurrence", y, {b, a}, {a, keeps_output}, [=](const Replay& r) -> Gradients {
    const Variable db = recurrence(r.grad(), r.saved(0), dim, !from_the_end);
    // One of y and db runs forward, f, the other from the end, e. A factor a_i links f_{i−1} to e_i   ⇒
    // da_i = f_{i−1} e_i
    const auto da = [&](const Variable& f, const Variable& e) { return shifted(f, dim, 0) * e; };
    if (!r.wants(1)) return {db, nothing};
    return {db, from_the_end ? da(db, r.output()) : da(r.output(), db)};
  });
}

Variable cumprod_along(const Variable& x, int dim) {
  const auto rule = [dim](const Replay& r) -> Gradients {
    // ∂y_i/∂x_j = y_{j−1} · x_{j+1} ⋯ x_i for i ≥ j   ⇒   dx_j = y_{j−1} s_j with
    // s_j = Σ_{i ≥ j} g_i x_{j+1} ⋯ x_i = g_j + x_{j+1} s_{j+1}
    return {shifted(r.output(), dim, 1) * recurrence(r.grad(), r.saved(0), dim, /*from_the_end=*/true)};
  };
  return record("cumprod", kernels::cumprod(x.value(), dim), {x}, {x, keeps_output}, rule);
}

// Π_{i ≠ j} x_i over `dims`, for each j: the product of the elements before j and of those behind it. In
// float64, which holds products of float32 whose parts leave its range.
Variable product_of_others(const Variable& x, kernels::DimSet dims) {
  Shape order, back = x.shape();  // the kept dims, then the others
  for (const bool is_reduced : {false, true}) {
    for (int i = 0; i < x.dim(); ++i) {
      if (kernels::contains(dims, i) == is_reduced) order.push_back(i);
    }
  }
  for (int i = 0; i < x.dim(); ++i) back[static_cast<int>(order[i])] = i;
  const Variable ordered = permute(to(x, float64), order);
  const std::int64_t n = kernels::reduced_count(x.shape(), dims);
  const Variable rows = reshape(ordered, {kernels::reduced_shape(x.shape(), dims, false).numel(), n});
  const auto before = [](const Variable& y) { return shifted(cumprod_along(y, 1), 1, 1); };
  const Variable others = before(rows) * flip(before(flip(rows, {1})), {1});
  return to(permute(reshape(others, ordered.shape()), back), x.dtype());
}

}  // namespace

Variable prod(const Variable& x, const Dims& list, KeepDim keepdim) {
  check_defined("prod", {x});
  const kernels::DimSet dims = kernels::reduced_dims("prod", list, x.shape());
  return record("prod", kernels::prod(x.value(), dims, keepdim), {x}, {x},
                [dims](const Replay& r) -> Gradients {
                  const Shape kept = kernels::reduced_shape(r.input_shape(0), dims, /*keepdim=*/true);
                  return {reshape(r.grad(), kept) * product_of_others(r.saved(0), dims)};
                });
}

Variable cumprod(const Variable& x, Dim dim) {
  check_defined("cumprod", {x});
  if (x.dim() == 0) return reshape(cumprod(reshape(x, {1}), dim), {});
  return cumprod_along(x, normalize_dim("cumprod", dim, x.dim()));
}

}  // namespace xgrad
