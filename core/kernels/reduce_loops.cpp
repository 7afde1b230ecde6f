#include <xgrad/core/kernels/reduce_loops.hpp>

#include <limits>

#include <xgrad/core/base/error.hpp>

namespace xgrad::kernels {

DimSet all_dims(int dims) { return DimSet((1ull << dims) - 1); }

DimSet which_dims(std::string_view op, const Shape& list, int dims) {
  DimSet set;
  for (std::int64_t dim : list) {
    const auto at = static_cast<std::size_t>(normalize_dim(op, dim, dims));
    if (set[at]) fail(op, "dim ", dim, " appears twice in the list of dims ", list);
    set[at] = true;
  }
  return set;
}

DimSet reduced_dims(std::string_view op, const Dims& dims, const Shape& shape) {
  return dims.is_all() ? all_dims(shape.dim()) : which_dims(op, dims.list(), shape.dim());
}

Shape reduced_shape(const Shape& shape, DimSet dims, bool keepdim) {
  Shape left;
  for (int i = 0; i < shape.dim(); ++i) {
    if (!dims[static_cast<std::size_t>(i)]) {
      left.push_back(shape[i]);
    } else if (keepdim) {
      left.push_back(1);
    }
  }
  return left;
}

std::int64_t reduced_count(const Shape& shape, DimSet dims) {
  std::int64_t count = 1;
  for (int i = 0; i < shape.dim(); ++i) {
    if (dims[static_cast<std::size_t>(i)]) count *= shape[i];
  }
  return count;
}

Distinct::Distinct(const Tensor& tensor, DimSet dims) : x(tensor) {
  if (!x.overlaps_itself()) return;
  Shape shape = x.shape();
  for (int i = 0; i < x.dim(); ++i) {
    if (x.strides()[i] != 0 || shape[i] <= 1) continue;
    if (dims[static_cast<std::size_t>(i)]) times *= shape[i];
    shape[i] = 1;
  }
  x = Tensor(x.storage(), shape, x.strides(), x.offset(), x.dtype());
}

Tensor Distinct::spread(Tensor y, const Shape& input, DimSet dims, bool keepdim) const {
  if (x.shape() == input) return y;
  const Shape shape = reduced_shape(input, dims, keepdim);
  return y.shape() == shape ? y : y.expand(shape).clone();
}

void Loops::add(std::int64_t n, std::int64_t x_step, std::int64_t y_step) {
  if (n == 1) return;
  int at = 0;
  while (at < size.dim() && step[at] >= x_step) ++at;
  size.insert(at, n);
  step.insert(at, x_step);
  out.insert(at, y_step);
}

void Loops::merge() {
  for (int i = size.dim() - 1; i > 0; --i) {
    if (step[i - 1] != step[i] * size[i] || out[i - 1] != out[i] * size[i]) continue;
    size[i - 1] *= size[i];
    step[i - 1] = step[i];
    out[i - 1] = out[i];
    size.erase(i);
    step.erase(i);
    out.erase(i);
  }
}

namespace {

// Most reductions run over the first or the last dims of a contiguous x: makes their plan, without Loops.
// Returns false, with the plan as it was, for any other.
bool make_simple(const Tensor& x, DimSet dims, Plan& plan) {
  if (!x.is_contiguous()) return false;
  const int n = x.dim();
  const bool reduces_last = n == 0 || dims[static_cast<std::size_t>(n - 1)];
  std::int64_t outer = 1, inner = 1;
  int i = n - 1;
  for (; i >= 0 && dims[static_cast<std::size_t>(i)] == reduces_last; --i) inner *= x.shape()[i];
  for (; i >= 0 && dims[static_cast<std::size_t>(i)] != reduces_last; --i) outer *= x.shape()[i];
  if (i >= 0) return false;
  plan.by_row = reduces_last;
  plan.rows = reduces_last ? inner : outer;
  plan.row_step = reduces_last ? 1 : inner;
  plan.columns = reduces_last ? outer : inner;
  plan.column_step = reduces_last ? inner : 1;
  plan.column_out = 1;
  return true;
}

}  // namespace

Plan Plan::make(const Tensor& x, DimSet dims) {
  Plan plan;
  if (make_simple(x, dims, plan)) return plan;
  const Strides y_strides = contiguous_strides(reduced_shape(x.shape(), dims, /*keepdim=*/true));
  for (int i = 0; i < x.dim(); ++i) {
    const bool is_reduced = dims[static_cast<std::size_t>(i)];
    (is_reduced ? plan.reduced : plan.kept).add(x.size(i), x.strides()[i], is_reduced ? 0 : y_strides[i]);
  }
  plan.kept.merge();
  plan.reduced.merge();
  const auto last_step = [](const Loops& loops) {
    return loops.size.empty() ? std::numeric_limits<std::int64_t>::max() : loops.step.back();
  };
  const auto take_last = [](Loops& loops) {
    for (Shape* each : {&loops.size, &loops.step, &loops.out}) each->erase(each->dim() - 1);
  };
  plan.by_row = last_step(plan.reduced) <= last_step(plan.kept);
  if (!plan.kept.size.empty()) {
    plan.columns = plan.kept.size.back();
    plan.column_step = plan.kept.step.back();
    plan.column_out = plan.kept.out.back();
    take_last(plan.kept);
  }
  if (!plan.reduced.size.empty()) {
    plan.rows = plan.reduced.size.back();
    plan.row_step = plan.reduced.step.back();
    take_last(plan.reduced);
  }
  return plan;
}

}  // namespace xgrad::kernels
