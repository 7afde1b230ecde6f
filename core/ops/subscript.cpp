// x[...]: an integer, Slices and their like give a view; a boolean mask and an int64 index give a copy.

#include <initializer_list>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/indexing.hpp>
#include <xgrad/core/kernels/nonzero.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/reshaped.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

// The view that the entries choose, one after the other. X is Tensor or Variable.
template <class X>
X view_at(const X& x, std::initializer_list<Index> entries) {
  int taken = 0, ellipses = 0;
  for (const Index& entry : entries) {
    taken += entry.takes_dim() ? 1 : 0;
    ellipses += entry.kind == Index::Kind::ellipsis ? 1 : 0;
  }
  if (ellipses > 1) fail("index", "more than one Ellipsis for shape ", x.shape());
  if (taken > x.dim()) {
    fail_range("index", "too many indices for shape ", x.shape(), ": ", taken);
  }
  X y = x;
  int from = 0, dim = 0;  // the next dim of x, and where it stands in y
  for (const Index& entry : entries) {
    switch (entry.kind) {
      case Index::Kind::integer:
        if (const std::int64_t i = entry.integer(), size = x.size(from); i < -size || i >= size) {
          fail_range("index", "index ", i, " is out of range for dim ", from, " of shape ", x.shape());
        }
        y = y.select(dim, entry.integer());
        ++from;
        break;
      case Index::Kind::slice:
        if (const auto& [start, stop, step] = entry.slice; start != 0 || stop != to_end || step != 1) {
          y = y.slice(dim, start, stop, step);
        }
        ++from, ++dim;
        break;
      case Index::Kind::ellipsis:
        from += x.dim() - taken;
        dim += x.dim() - taken;
        break;
      case Index::Kind::new_axis:
        break;
    }
  }
  // New dims come last: those that integers have taken away make room for them.
  dim = 0;
  for (const Index& entry : entries) {
    if (entry.kind == Index::Kind::new_axis) y = y.unsqueeze(dim);
    dim += entry.kind == Index::Kind::ellipsis ? x.dim() - taken : entry.kind == Index::Kind::integer ? 0 : 1;
  }
  return y;
}

// Which rows x[mask] or x[index] takes out of x.
struct Rows {
  bool is_mask;    // no row is taken twice
  Tensor numbers;  // (n)
  Shape from, to;  // of x as (rows, ...), and of the result
};

// A mask's dims are x's first ones; an index stands for x's first dim.
Rows rows_at(const Tensor& x, const Tensor& index) {
  check_defined("index", x);
  check_defined("index", index);
  const bool is_mask = index.dtype() == boolean;
  if (!is_mask && index.dtype() != int64) {
    fail("index", "an index is boolean or int64, not ", index.dtype(), " of shape ", index.shape(),
         "; a condition such as x > 0 is boolean, to(int64) gives indices");
  }
  const int dims = is_mask ? index.dim() : 1;
  bool fits = dims <= x.dim();
  for (int i = 0; fits && is_mask && i < dims; ++i) fits = index.size(i) == x.size(i);
  if (!fits && is_mask) {
    fail_range("index", "a mask of shape ", index.shape(), " does not fit the first dims of shape ",
               x.shape(), "; masked_select(x, mask) broadcasts");
  }
  if (!fits) fail_range("index", "there is no dim to index in shape ", x.shape());
  const Tensor numbers = is_mask ? kernels::nonzero(index) : index.reshape({-1});
  Rows rows{.is_mask = is_mask,
            .numbers = numbers,
            .from = {is_mask ? index.numel() : x.size(0)},
            .to = is_mask ? Shape{numbers.numel()} : index.shape()};
  for (int i = dims; i < x.dim(); ++i) {
    rows.from.push_back(x.size(i));
    rows.to.push_back(x.size(i));
  }
  return rows;
}

// x[rows] along dim 0. No row is named twice, so the gradient is copied and not added.
Variable distinct_rows(const Variable& x, const Tensor& rows) {
  const auto rule = [](const Replay& r) -> Gradients {
    // y_i = x[rows_i]   ⇒   dx[rows_i] = g_i, and 0 elsewhere
    return {index_select_backward(r.grad(), r.input_shape(0), 0, r.saved(0))};
  };
  const auto kernel = [](const KernelReplay& r) -> KernelGradients {
    const Tensor dx = zeros(r.input_shape(0), r.grad().dtype());
    kernels::index_copy_into(dx, r.saved(0), r.grad().contiguous());
    return {dx};
  };
  return record("masked_select", kernels::index_select(x.value(), 0, rows), {x}, {Variable(rows)},
                fused(rule, kernel));
}

Variable take(const Variable& x, const Rows& rows) {
  const Variable from = reshaped(x, rows.from);
  return reshaped(rows.is_mask ? distinct_rows(from, rows.numbers) : index_select(from, 0, rows.numbers),
                  rows.to);
}

// A value that is assigned may have too many dims, if the first ones are of size 1, as in PyTorch.
Tensor without_first_ones(Tensor value, int dims) {
  while (value.dim() > dims && value.size(0) == 1) value = value.select(0, 0);
  return value;
}

}  // namespace

Variable Variable::operator[](std::initializer_list<Index> index) const {
  check_defined("index", {*this});
  return view_at(*this, index);
}
Variable Variable::operator[](const Variable& index) const {
  check_defined("index", {*this, index});
  return take(*this, rows_at(value(), index.value()));
}

Tensor Tensor::operator[](std::initializer_list<Index> index) const {
  check_defined("index", *this);
  return view_at(*this, index);
}
Selection Tensor::operator[](const Tensor& index) const {
  const Rows rows = rows_at(*this, index);
  return Selection(take(*this, rows).value(), *this, rows.numbers);
}

const Tensor& Tensor::operator=(const Tensor& value) && { return copy_(without_first_ones(value, dim())); }
const Tensor& Selection::operator=(const Tensor& value) && {
  return write(copy_(without_first_ones(value, dim())));
}

const Tensor& Selection::write(const Tensor& values) const {
  if (values.numel() == 0) return *this;
  const Tensor all = of_.contiguous();
  kernels::index_copy_into(all.reshape({-1, values.numel() / rows_.numel()}), rows_, values);
  if (all.storage() == of_.storage()) {
    of_.storage()->bump_version();
  } else {
    of_.copy_(all);
  }
  return *this;
}

}  // namespace xgrad
