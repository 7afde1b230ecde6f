// The methods of Tensors and Variables that are ops. Each calls the free function of the same name. That of a
// Tensor gives a Variable without a gradient, which converts back to a Tensor.

#include <xgrad/core/tensor/op_methods.hpp>

#include <iterator>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/masked_select.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/prod.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/sort.hpp>
#include <xgrad/core/ops/split.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/ops/unique.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {

// An elementwise function without options. Result: Self, or Tensor of a function without a gradient.
#define XGRAD_ELEMENTWISE(Result, f)  \
  template <class Self>               \
  Result OpMethods<Self>::f() const { \
    return xgrad::f(self());          \
  }
XGRAD_ELEMENTWISE(Self, abs)
XGRAD_ELEMENTWISE(Self, neg)
XGRAD_ELEMENTWISE(Self, exp)
XGRAD_ELEMENTWISE(Self, exp2)
XGRAD_ELEMENTWISE(Self, expm1)
XGRAD_ELEMENTWISE(Self, log)
XGRAD_ELEMENTWISE(Self, log2)
XGRAD_ELEMENTWISE(Self, log10)
XGRAD_ELEMENTWISE(Self, log1p)
XGRAD_ELEMENTWISE(Self, sqrt)
XGRAD_ELEMENTWISE(Self, rsqrt)
XGRAD_ELEMENTWISE(Self, sin)
XGRAD_ELEMENTWISE(Self, cos)
XGRAD_ELEMENTWISE(Self, tan)
XGRAD_ELEMENTWISE(Self, asin)
XGRAD_ELEMENTWISE(Self, acos)
XGRAD_ELEMENTWISE(Self, atan)
XGRAD_ELEMENTWISE(Self, sinh)
XGRAD_ELEMENTWISE(Self, cosh)
XGRAD_ELEMENTWISE(Self, tanh)
XGRAD_ELEMENTWISE(Self, asinh)
XGRAD_ELEMENTWISE(Self, acosh)
XGRAD_ELEMENTWISE(Self, atanh)
XGRAD_ELEMENTWISE(Self, floor)
XGRAD_ELEMENTWISE(Self, ceil)
XGRAD_ELEMENTWISE(Self, round)
XGRAD_ELEMENTWISE(Self, trunc)
XGRAD_ELEMENTWISE(Self, erf)
XGRAD_ELEMENTWISE(Self, erfc)
XGRAD_ELEMENTWISE(Self, sigmoid)
XGRAD_ELEMENTWISE(Self, logsigmoid)
XGRAD_ELEMENTWISE(Self, relu)
XGRAD_ELEMENTWISE(Self, gelu)
XGRAD_ELEMENTWISE(Self, silu)
XGRAD_ELEMENTWISE(Self, mish)
XGRAD_ELEMENTWISE(Self, selu)
XGRAD_ELEMENTWISE(Self, hardswish)
XGRAD_ELEMENTWISE(Tensor, sign)
XGRAD_ELEMENTWISE(Tensor, isnan)
XGRAD_ELEMENTWISE(Tensor, logical_not)
#undef XGRAD_ELEMENTWISE

template <class Self>
Self OpMethods<Self>::softplus(double beta, double threshold) const {
  return xgrad::softplus(self(), beta, threshold);
}
template <class Self>
Self OpMethods<Self>::pow(Scalar exponent) const {
  return xgrad::pow(self(), exponent);
}
template <class Self>
Variable OpMethods<Self>::pow(const Variable& exponent) const {
  return xgrad::pow(self(), exponent);
}
template <class Self>
Self OpMethods<Self>::clamp(std::optional<Scalar> low, std::optional<Scalar> high) const {
  return xgrad::clamp(self(), low, high);
}
template <class Self>
Self OpMethods<Self>::masked_fill(const Variable& mask, Scalar value) const {
  return xgrad::masked_fill(self(), mask, value);
}

template <class Self>
Self OpMethods<Self>::sum(const Dims& dims, KeepDim keepdim) const {
  return xgrad::sum(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::mean(const Dims& dims, KeepDim keepdim) const {
  return xgrad::mean(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::var(const Dims& dims, std::int64_t correction, KeepDim keepdim) const {
  return xgrad::var(self(), dims, correction, keepdim);
}
template <class Self>
Self OpMethods<Self>::std(const Dims& dims, std::int64_t correction, KeepDim keepdim) const {
  return xgrad::std(self(), dims, correction, keepdim);
}
template <class Self>
Self OpMethods<Self>::norm(double p, const Dims& dims, KeepDim keepdim) const {
  return xgrad::norm(self(), p, dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::amax(const Dims& dims, KeepDim keepdim) const {
  return xgrad::amax(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::amin(const Dims& dims, KeepDim keepdim) const {
  return xgrad::amin(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::max() const {
  return xgrad::max(self());
}
template <class Self>
Self OpMethods<Self>::min() const {
  return xgrad::min(self());
}
template <class Self>
std::pair<Self, Tensor> OpMethods<Self>::max(Dim dim, KeepDim keepdim) const {
  return xgrad::max(self(), dim, keepdim);
}
template <class Self>
std::pair<Self, Tensor> OpMethods<Self>::min(Dim dim, KeepDim keepdim) const {
  return xgrad::min(self(), dim, keepdim);
}
template <class Self>
Tensor OpMethods<Self>::argmax(Dim dim, KeepDim keepdim) const {
  return xgrad::argmax(self(), dim, keepdim);
}
template <class Self>
Tensor OpMethods<Self>::argmin(Dim dim, KeepDim keepdim) const {
  return xgrad::argmin(self(), dim, keepdim);
}
template <class Self>
Tensor OpMethods<Self>::any(const Dims& dims, KeepDim keepdim) const {
  return xgrad::any(self(), dims, keepdim);
}
template <class Self>
Tensor OpMethods<Self>::all(const Dims& dims, KeepDim keepdim) const {
  return xgrad::all(self(), dims, keepdim);
}

template <class Self>
Self OpMethods<Self>::softmax(Dim dim) const {
  return xgrad::softmax(self(), dim);
}
template <class Self>
Self OpMethods<Self>::log_softmax(Dim dim) const {
  return xgrad::log_softmax(self(), dim);
}
template <class Self>
Self OpMethods<Self>::logsumexp(const Dims& dims, KeepDim keepdim) const {
  return xgrad::logsumexp(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::cumsum(Dim dim) const {
  return xgrad::cumsum(self(), dim);
}
template <class Self>
Variable OpMethods<Self>::matmul(const Variable& other) const {
  return xgrad::matmul(self(), other);
}

template <class Self>
Self OpMethods<Self>::T() const {
  if (self().dim() != 2) {
    fail("T", "needs a matrix, not shape ", self().shape(),
         "; mT() swaps the last two dims, permute() orders all of them");
  }
  return self().transpose(0, 1);
}
template <class Self>
Self OpMethods<Self>::flatten(int start_dim, int end_dim) const {
  return xgrad::flatten(self(), start_dim, end_dim);
}

namespace {

template <class Self>
std::vector<Self> parts(std::vector<Variable> parts) {
  return {std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end())};
}

}  // namespace

template <class Self>
std::vector<Self> OpMethods<Self>::chunk(std::int64_t chunks, int dim) const {
  return parts<Self>(xgrad::chunk(self(), chunks, dim));
}
template <class Self>
std::vector<Self> OpMethods<Self>::split(std::int64_t size, int dim) const {
  return parts<Self>(xgrad::split(self(), size, dim));
}
template <class Self>
std::vector<Self> OpMethods<Self>::split(const std::vector<std::int64_t>& sizes, int dim) const {
  return parts<Self>(xgrad::split(self(), sizes, dim));
}
template <class Self>
Self OpMethods<Self>::repeat(const Shape& times) const {
  return xgrad::repeat(self(), times);
}
template <class Self>
Self OpMethods<Self>::flip(const Shape& dims) const {
  return xgrad::flip(self(), dims);
}
template <class Self>
Self OpMethods<Self>::tril(std::int64_t diagonal) const {
  return xgrad::tril(self(), diagonal);
}
template <class Self>
Self OpMethods<Self>::triu(std::int64_t diagonal) const {
  return xgrad::triu(self(), diagonal);
}
template <class Self>
Self OpMethods<Self>::index_select(int dim, const Variable& index) const {
  return xgrad::index_select(self(), dim, index);
}
template <class Self>
Self OpMethods<Self>::gather(int dim, const Variable& index) const {
  return xgrad::gather(self(), dim, index);
}
template <class Self>
Self OpMethods<Self>::masked_select(const Variable& mask) const {
  return xgrad::masked_select(self(), mask);
}
template <class Self>
Tensor OpMethods<Self>::nonzero() const {
  return xgrad::nonzero(self());
}
template <class Self>
Variable OpMethods<Self>::index_add(int dim, const Variable& index, const Variable& source) const {
  return xgrad::index_add(self(), dim, index, source);
}
template <class Self>
Variable OpMethods<Self>::scatter(int dim, const Variable& index, const Variable& source) const {
  return xgrad::scatter(self(), dim, index, source);
}
template <class Self>
Self OpMethods<Self>::scatter(int dim, const Variable& index, Scalar value) const {
  return xgrad::scatter(self(), dim, index, value);
}
template <class Self>
Variable OpMethods<Self>::scatter_add(int dim, const Variable& index, const Variable& source) const {
  return xgrad::scatter_add(self(), dim, index, source);
}
template <class Self>
Variable OpMethods<Self>::scatter_reduce(int dim, const Variable& index, const Variable& source,
                                         ScatterReduce reduce, bool include_self) const {
  return xgrad::scatter_reduce(self(), dim, index, source, reduce, include_self);
}
template <class Self>
Self OpMethods<Self>::repeat_interleave(std::int64_t repeats, std::optional<Dim> dim) const {
  return xgrad::repeat_interleave(self(), repeats, dim);
}
template <class Self>
Self OpMethods<Self>::repeat_interleave(const Variable& repeats, std::optional<Dim> dim) const {
  return xgrad::repeat_interleave(self(), repeats, dim);
}
template <class Self>
Self OpMethods<Self>::roll(const Shape& shifts, const Shape& dims) const {
  return xgrad::roll(self(), shifts, dims);
}
template <class Self>
Self OpMethods<Self>::diagonal(std::int64_t offset, int dim1, int dim2) const {
  return xgrad::diagonal(self(), offset, dim1, dim2);
}
template <class Self>
Self OpMethods<Self>::diag(std::int64_t diagonal) const {
  return xgrad::diag(self(), diagonal);
}
template <class Self>
std::pair<Self, Tensor> OpMethods<Self>::sort(Dim dim, bool descending) const {
  return xgrad::sort(self(), dim, descending);
}
template <class Self>
std::pair<Self, Tensor> OpMethods<Self>::topk(std::int64_t k, Dim dim, bool largest) const {
  return xgrad::topk(self(), k, dim, largest);
}
template <class Self>
Tensor OpMethods<Self>::argsort(Dim dim, bool descending) const {
  return xgrad::argsort(self(), dim, descending);
}
template <class Self>
Unique OpMethods<Self>::unique() const {
  return xgrad::unique(self());
}
template <class Self>
Tensor OpMethods<Self>::bincount(const Variable& weights, std::int64_t minlength) const {
  return xgrad::bincount(self(), weights, minlength);
}
template <class Self>
Self OpMethods<Self>::prod(const Dims& dims, KeepDim keepdim) const {
  return xgrad::prod(self(), dims, keepdim);
}
template <class Self>
Self OpMethods<Self>::cumprod(Dim dim) const {
  return xgrad::cumprod(self(), dim);
}

template class OpMethods<Tensor>;
template class OpMethods<Variable>;

}  // namespace xgrad
