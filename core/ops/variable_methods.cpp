// The methods of a Variable that are views. Each calls the free function of the same name.

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/ops/unfold.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

Variable Variable::reshape(const Shape& shape) const { return xgrad::reshape(*this, shape); }
Variable Variable::transpose(int dim0, int dim1) const { return xgrad::transpose(*this, dim0, dim1); }
Variable Variable::permute(const Shape& dims) const { return xgrad::permute(*this, dims); }
Variable Variable::squeeze() const { return xgrad::squeeze(*this); }
Variable Variable::squeeze(int dim) const { return xgrad::squeeze(*this, dim); }
Variable Variable::unsqueeze(int dim) const { return xgrad::unsqueeze(*this, dim); }
Variable Variable::expand(const Shape& shape) const { return xgrad::expand(*this, shape); }
Variable Variable::slice(int dim, std::int64_t start, std::int64_t end, std::int64_t step) const {
  return xgrad::slice(*this, dim, start, end, step);
}
Variable Variable::select(int dim, std::int64_t index) const { return xgrad::select(*this, dim, index); }
Variable Variable::unfold(int dim, std::int64_t size, std::int64_t step) const {
  return xgrad::unfold(*this, dim, size, step);
}
Variable Variable::to(DType dtype) const { return xgrad::to(*this, dtype); }

}  // namespace xgrad
