// Variable's methods that are ops. Each calls the free function of the same name.

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/split.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
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
Variable Variable::flatten(int start_dim, int end_dim) const {
  return xgrad::flatten(*this, start_dim, end_dim);
}
std::vector<Variable> Variable::chunk(std::int64_t chunks, int dim) const {
  return xgrad::chunk(*this, chunks, dim);
}
std::vector<Variable> Variable::split(std::int64_t size, int dim) const {
  return xgrad::split(*this, size, dim);
}
std::vector<Variable> Variable::split(const std::vector<std::int64_t>& sizes, int dim) const {
  return xgrad::split(*this, sizes, dim);
}
Variable Variable::repeat(const Shape& times) const { return xgrad::repeat(*this, times); }
Variable Variable::flip(const Shape& dims) const { return xgrad::flip(*this, dims); }
Variable Variable::tril(std::int64_t diagonal) const { return xgrad::tril(*this, diagonal); }
Variable Variable::triu(std::int64_t diagonal) const { return xgrad::triu(*this, diagonal); }
Variable Variable::index_select(int dim, const Variable& index) const {
  return xgrad::index_select(*this, dim, index);
}
Variable Variable::gather(int dim, const Variable& index) const { return xgrad::gather(*this, dim, index); }
Variable Variable::to(DType dtype) const { return xgrad::to(*this, dtype); }
Variable Variable::sum(const Dims& dims, KeepDim keepdim) const { return xgrad::sum(*this, dims, keepdim); }
Variable Variable::mean(const Dims& dims, KeepDim keepdim) const { return xgrad::mean(*this, dims, keepdim); }
Variable Variable::var(const Dims& dims, std::int64_t correction, KeepDim keepdim) const {
  return xgrad::var(*this, dims, correction, keepdim);
}
Variable Variable::std(const Dims& dims, std::int64_t correction, KeepDim keepdim) const {
  return xgrad::std(*this, dims, correction, keepdim);
}
Variable Variable::norm(double p, const Dims& dims, KeepDim keepdim) const {
  return xgrad::norm(*this, p, dims, keepdim);
}
Variable Variable::amax(const Dims& dims, KeepDim keepdim) const { return xgrad::amax(*this, dims, keepdim); }
Variable Variable::amin(const Dims& dims, KeepDim keepdim) const { return xgrad::amin(*this, dims, keepdim); }
Variable Variable::max() const { return xgrad::max(*this); }
Variable Variable::min() const { return xgrad::min(*this); }
std::pair<Variable, Tensor> Variable::max(Dim dim, KeepDim keepdim) const {
  return xgrad::max(*this, dim, keepdim);
}
std::pair<Variable, Tensor> Variable::min(Dim dim, KeepDim keepdim) const {
  return xgrad::min(*this, dim, keepdim);
}
Variable Variable::logsumexp(const Dims& dims, KeepDim keepdim) const {
  return xgrad::logsumexp(*this, dims, keepdim);
}
Variable Variable::cumsum(Dim dim) const { return xgrad::cumsum(*this, dim); }

}  // namespace xgrad
