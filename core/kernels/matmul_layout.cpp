#include <xgrad/core/kernels/matmul_layout.hpp>

#include <limits>

#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::kernels {
namespace {

// Whether the rows of x's matrices lie between each other's, and no matrix repeats.
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

// A new Tensor whose dims lie in memory in the order of those of `like`. In a batch dim of size 1, the stride
// of `like` says nothing; that dim comes first.
Tensor empty_in_order_of(const Tensor& like, const Shape& shape) {
  Strides strides = like.strides();
  for (int i = 0; i < like.dim() - 2; ++i) {
    if (like.shape()[i] == 1) strides[i] = std::numeric_limits<std::int64_t>::max();
  }
  const Shape order = widest_first(strides);
  Shape back = order, sorted = shape;
  for (int i = 0; i < shape.dim(); ++i) {
    sorted[i] = shape[static_cast<int>(order[i])];
    back[static_cast<int>(order[i])] = i;
  }
  return empty(sorted, product_dtype(like)).permute(back);
}

}  // namespace

MatrixLayout matrix_layout(const Tensor& x) {
  const int last = x.dim() - 1;
  const std::int64_t rows = x.shape()[last - 1], columns = x.shape()[last];
  if ((columns == 1 || column_stride(x) == 1) && (rows == 1 || row_stride(x) >= columns))
    return {.transposed = false, .leading = rows == 1 ? columns : row_stride(x)};
  if ((rows == 1 || row_stride(x) == 1) && (columns == 1 || column_stride(x) >= rows))
    return {.transposed = true, .leading = columns == 1 ? rows : column_stride(x)};
  return {};
}

Tensor readable_copy(const Tensor& x) {
  Tensor once = x;
  for (int i = 0; i < x.dim() - 2; ++i) {
    if (x.strides()[i] == 0 && x.shape()[i] > 1) once = once.slice(i, 0, 1);
  }
  return once.clone();
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
  return empty(shape, product_dtype(a));
}

}  // namespace xgrad::kernels
