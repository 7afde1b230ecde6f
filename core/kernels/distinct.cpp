#include <xgrad/core/kernels/distinct.hpp>

namespace xgrad::kernels {

Distinct::Distinct(const Tensor& tensor, DimSet dims) : x(tensor) {
  if (!x.overlaps_itself()) return;
  Shape shape = x.shape();
  for (int i = 0; i < x.dim(); ++i) {
    if (x.strides()[i] != 0 || shape[i] <= 1) continue;
    if (contains(dims, i)) times *= shape[i];
    shape[i] = 1;
  }
  x = Tensor(x.storage(), shape, x.strides(), x.offset(), x.dtype());
}

Tensor Distinct::spread(Tensor y, const Shape& input, DimSet dims, bool keepdim) const {
  if (x.shape() == input) return y;
  const Shape shape = reduced_shape(input, dims, keepdim);
  return y.shape() == shape ? y : y.expand(shape).clone();
}

}  // namespace xgrad::kernels
