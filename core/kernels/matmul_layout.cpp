#include <xgrad/core/kernels/matmul_layout.hpp>

#include <limits>

#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

Layout layout(std::int64_t rows, std::int64_t columns, std::int64_t row_stride, std::int64_t column_stride) {
  if ((columns == 1 || column_stride == 1) && (rows == 1 || row_stride >= columns))
    return Layout{false, rows == 1 ? columns : row_stride};
  if ((rows == 1 || row_stride == 1) && (columns == 1 || column_stride >= rows))
    return Layout{true, columns == 1 ? rows : column_stride};
  return {};
}

// The rows of one matrix of x lie among those of the others, and no matrix repeats.
bool is_interleaved(const Tensor& x) {
  if (column_stride(x) != 1) return false;
  bool lies_among_rows = false;
  for (int i = 0; i < x.dim() - 2; ++i) {
    if (x.shape()[i] == 1) continue;
    if (x.strides()[i] < x.shape()[x.dim() - 1]) return false;
    lies_among_rows = lies_among_rows || x.strides()[i] < row_stride(x);
  }
  return lies_among_rows;
}

// New, its dims in the order in which those of `like` lie in memory. Where `like` has a single matrix in a
// batch dim, the stride says nothing: that dim comes first.
Tensor empty_in_order_of(const Tensor& like, const Shape& shape) {
  const auto stride = [&](int i) {
    const bool is_single = i < like.dim() - 2 && like.shape()[i] == 1;
    return is_single ? std::numeric_limits<std::int64_t>::max() : like.strides()[i];
  };
  Shape order;
  for (int i = 0; i < shape.dim(); ++i) {
    int at = i;
    while (at > 0 && stride(static_cast<int>(order[at - 1])) < stride(i)) --at;
    order.insert(at, i);
  }
  Shape back = order, sorted = shape;
  for (int i = 0; i < shape.dim(); ++i) {
    sorted[i] = shape[static_cast<int>(order[i])];
    back[static_cast<int>(order[i])] = i;
  }
  return empty(sorted, like.dtype()).permute(back);
}

}  // namespace

Layout layout(const Tensor& x) {
  const int last = x.dim() - 1;
  return layout(x.shape()[last - 1], x.shape()[last], row_stride(x), column_stride(x));
}

Tensor readable_copy(const Tensor& x) {
  Tensor once = x;
  for (int i = 0; i < x.dim() - 2; ++i) {
    if (x.strides()[i] == 0 && x.shape()[i] > 1) once = once.slice(i, 0, 1);
  }
  return once.clone();
}

Shape batch_of(const Tensor& x) {
  Shape batch;
  for (int i = 0; i < x.dim() - 2; ++i) batch.push_back(x.shape()[i]);
  return batch;
}

Shape product_shape(const Tensor& a, const Tensor& b) {
  Shape shape = broadcast_shapes("matmul", batch_of(a), batch_of(b));
  shape.push_back(a.shape()[a.dim() - 2]);
  shape.push_back(b.shape()[b.dim() - 1]);
  return shape;
}

Tensor empty_in_natural_order(const Tensor& a, const Tensor& b, const Shape& shape) {
  if (b.dim() == shape.dim() && is_interleaved(b)) return empty_in_order_of(b, shape);
  if (a.dim() == shape.dim() && is_interleaved(a.mT())) return empty_in_order_of(a, shape);
  return empty(shape, a.dtype());
}

}  // namespace xgrad::kernels
