#include <xgrad/core/kernels/dim_set.hpp>

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
    if (!contains(dims, i)) {
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
    if (contains(dims, i)) count *= shape[i];
  }
  return count;
}

}  // namespace xgrad::kernels
