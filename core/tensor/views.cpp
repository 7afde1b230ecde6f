// Views: every function here computes a new shape, strides and offset over the same storage. reshape copies
// where no strides fit.

#include <algorithm>
#include <optional>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {
namespace {

// The strides of a view of `tensor` with this shape, if one exists. Dims that are evenly spaced in memory
// form a run. A run may be cut and merged freely, but no size may extend over two runs.
std::optional<Strides> view_strides(const Tensor& tensor, const Shape& shape) {
  if (tensor.is_contiguous()) return contiguous_strides(shape);
  Strides strides = Shape::filled(shape.dim(), 1);
  int to = shape.dim() - 1;
  std::int64_t run = 1;   // elements of the current run of source dims
  std::int64_t step = 1;  // stride of the run's last dim
  for (int from = tensor.dim() - 1; from >= 0; --from) {
    if (run == 1) step = tensor.strides()[from];
    run *= tensor.shape()[from];
    const bool run_ends =
        from == 0 || (tensor.shape()[from - 1] != 1 && run != 1 && tensor.strides()[from - 1] != step * run);
    if (!run_ends) continue;
    std::int64_t covered = 1;
    while (to >= 0 && (covered < run || shape[to] == 1)) {
      strides[to] = step * covered;
      covered *= shape[to];
      --to;
    }
    if (covered != run) return std::nullopt;
    run = 1;
  }
  return strides;
}

Shape infer_size(const Shape& from, const Shape& wanted) {
  Shape shape = wanted;
  int unknown = -1;
  for (int i = 0; i < shape.dim(); ++i) {
    if (shape[i] != -1) continue;
    if (unknown >= 0) fail("reshape", "only one size can be -1: ", from, " to ", wanted);
    unknown = i;
    shape[i] = 1;
  }
  check_sizes("reshape", shape);
  const std::int64_t count = from.numel(), known = shape.numel();
  if (unknown >= 0 && known == 0) fail("reshape", "-1 could be any size: ", from, " to ", wanted);
  if (unknown >= 0 ? count % known != 0 : count != known) {
    fail("reshape", "element counts differ: ", from, " has ", count, ", ", wanted,
         unknown >= 0 ? " needs a multiple of " : " has ", known);
  }
  if (unknown >= 0) shape[unknown] = count / known;
  return shape;
}

}  // namespace

Tensor Tensor::reshape(const Shape& shape) const {
  check_defined("reshape", *this);
  const Shape full = infer_size(shape_, shape);
  if (full == shape_) return *this;
  const auto strides = view_strides(*this, full);
  if (!strides) return clone().reshape(full);
  Tensor view = *this;
  view.shape_ = full;
  view.strides_ = *strides;
  return view;
}

Tensor Tensor::transpose(int dim0, int dim1) const {
  check_defined("transpose", *this);
  dim0 = normalize_dim("transpose", dim0, dim());
  dim1 = normalize_dim("transpose", dim1, dim());
  Tensor view = *this;
  std::swap(view.shape_[dim0], view.shape_[dim1]);
  std::swap(view.strides_[dim0], view.strides_[dim1]);
  return view;
}

Tensor Tensor::permute(const Shape& dims) const {
  check_defined("permute", *this);
  if (dims.dim() != dim()) fail("permute", "needs all ", dim(), " dims of ", shape_, ", got ", dims);
  Tensor view = *this;
  Shape seen = Shape::filled(dim(), 0);
  for (int i = 0; i < dim(); ++i) {
    const int from = normalize_dim("permute", dims[i], dim());
    if (seen[from]++ > 0) fail("permute", "dim ", dims[i], " appears twice in ", dims, " for ", shape_);
    view.shape_[i] = shape_[from];
    view.strides_[i] = strides_[from];
  }
  return view;
}

Tensor Tensor::slice(int dim, std::int64_t start, std::int64_t end, std::int64_t step) const {
  check_defined("slice", *this);
  dim = normalize_dim("slice", dim, this->dim());
  if (step <= 0) fail("slice", "step must be positive, not ", step);
  const std::int64_t size = shape_[dim];
  // Python's rule: negative bounds count from the back, and bounds outside are clipped.
  const auto clip = [size](std::int64_t bound) {
    return std::clamp<std::int64_t>(bound < 0 ? bound + size : bound, 0, size);
  };
  start = clip(start);
  end = std::max(start, clip(end));
  Tensor view = *this;
  view.shape_[dim] = end == start ? 0 : (end - start - 1) / step + 1;
  if (view.shape_[dim] > 1) view.strides_[dim] = strides_[dim] * step;
  view.offset_ += view.shape_[dim] == 0 ? 0 : start * strides_[dim];
  return view;
}

Tensor Tensor::select(int dim, std::int64_t index) const {
  check_defined("select", *this);
  dim = normalize_dim("select", dim, this->dim());
  const std::int64_t size = shape_[dim];
  if (index < -size || index >= size) {
    fail_range("select", "index ", index, " is out of range for dim ", dim, " of shape ", shape_);
  }
  Tensor view = *this;
  view.offset_ += (index < 0 ? index + size : index) * strides_[dim];
  view.shape_.erase(dim);
  view.strides_.erase(dim);
  return view;
}

Tensor Tensor::diagonal(std::int64_t offset, int dim1, int dim2) const {
  check_defined("diagonal", *this);
  dim1 = normalize_dim("diagonal", dim1, dim());
  dim2 = normalize_dim("diagonal", dim2, dim());
  if (dim1 == dim2) fail("diagonal", "needs two different dims, got dim ", dim1, " twice for ", shape_);
  // A diagonal outside the matrix is empty, however far it is. It begins at (down, right).
  const std::int64_t rows = shape_[dim1], columns = shape_[dim2];
  const std::int64_t right = std::clamp<std::int64_t>(offset, 0, columns);
  const std::int64_t down = -std::clamp<std::int64_t>(offset, -rows, 0);
  const std::int64_t size = std::min(rows - down, columns - right);
  Tensor view = *this;
  for (const int dim : {std::max(dim1, dim2), std::min(dim1, dim2)}) {
    view.shape_.erase(dim);
    view.strides_.erase(dim);
  }
  view.shape_.push_back(size);
  view.strides_.push_back(strides_[dim1] + strides_[dim2]);
  if (size > 0) view.offset_ += down * strides_[dim1] + right * strides_[dim2];
  return view;
}

Tensor Tensor::squeeze() const {
  check_defined("squeeze", *this);
  Tensor view = *this;
  for (int i = dim() - 1; i >= 0; --i) {
    if (view.shape_[i] == 1) view = view.squeeze(i);
  }
  return view;
}

Tensor Tensor::squeeze(int dim) const {
  check_defined("squeeze", *this);
  dim = normalize_dim("squeeze", dim, this->dim());
  Tensor view = *this;
  if (shape_[dim] == 1) {
    view.shape_.erase(dim);
    view.strides_.erase(dim);
  }
  return view;
}

Tensor Tensor::unsqueeze(int dim) const {
  check_defined("unsqueeze", *this);
  dim = normalize_dim("unsqueeze", dim, this->dim() + 1);
  Tensor view = *this;
  view.shape_.insert(dim, 1);
  view.strides_.insert(dim, dim < this->dim() ? shape_[dim] * strides_[dim] : 1);
  return view;
}

Tensor Tensor::expand(const Shape& shape) const {
  check_defined("expand", *this);
  const int lead = shape.dim() - dim();
  if (lead < 0) fail("expand", shape_, " has more dims than ", shape);
  Tensor view = *this;
  view.shape_ = shape;
  view.strides_ = Shape::filled(shape.dim(), 0);
  for (int i = 0; i < shape.dim(); ++i) {
    const bool is_new = i < lead;
    const std::int64_t size = is_new ? 1 : shape_[i - lead];
    if (shape[i] == -1 && !is_new) view.shape_[i] = size;
    if (view.shape_[i] < 0 || (size != 1 && view.shape_[i] != size)) {
      fail("expand", "only sizes of 1 can grow: ", shape_, " to ", shape);
    }
    if (!is_new && view.shape_[i] == size) view.strides_[i] = strides_[i - lead];
  }
  check_sizes("expand", view.shape_);
  return view;
}

Tensor Tensor::unfold(int dim, std::int64_t size, std::int64_t step) const {
  check_defined("unfold", *this);
  if (this->dim() == 0) {  // one element, which makes one window of size 1
    return reshape({1}).unfold(dim, size, step).select(normalize_dim("unfold", dim, 1), 0);
  }
  dim = normalize_dim("unfold", dim, this->dim());
  if (size < 0 || size > shape_[dim]) {
    fail("unfold", "a window of ", size, " elements does not fit into dim ", dim, " of shape ", shape_);
  }
  if (step <= 0) fail("unfold", "step must be positive, not ", step);
  if (this->dim() == Shape::max_dims) fail("unfold", "shape ", shape_, " leaves no room for one more dim");
  Tensor view = *this;
  view.shape_[dim] = (shape_[dim] - size) / step + 1;
  if (view.shape_[dim] > 1) view.strides_[dim] = strides_[dim] * step;
  view.shape_.push_back(size);
  view.strides_.push_back(strides_[dim]);
  return view;
}

}  // namespace xgrad
