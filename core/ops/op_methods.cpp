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
namespace {

template <class Self>
using WithIndices = std::pair<Self, Tensor>;

template <class Self>
std::vector<Self> parts(std::vector<Variable> parts) {
  return {std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end())};
}

}  // namespace

// A method: its result, its name, its parameters, and the arguments that follow x in the call of the
// function.
#define XGRAD_METHOD(Result, f, parameters, ...)        \
  template <class Self>                                 \
  Result OpMethods<Self>::f parameters const {          \
    return xgrad::f(self() __VA_OPT__(, ) __VA_ARGS__); \
  }

XGRAD_METHOD(Self, abs, ())
XGRAD_METHOD(Self, neg, ())
XGRAD_METHOD(Self, exp, ())
XGRAD_METHOD(Self, exp2, ())
XGRAD_METHOD(Self, expm1, ())
XGRAD_METHOD(Self, log, ())
XGRAD_METHOD(Self, log2, ())
XGRAD_METHOD(Self, log10, ())
XGRAD_METHOD(Self, log1p, ())
XGRAD_METHOD(Self, sqrt, ())
XGRAD_METHOD(Self, rsqrt, ())
XGRAD_METHOD(Self, sin, ())
XGRAD_METHOD(Self, cos, ())
XGRAD_METHOD(Self, tan, ())
XGRAD_METHOD(Self, asin, ())
XGRAD_METHOD(Self, acos, ())
XGRAD_METHOD(Self, atan, ())
XGRAD_METHOD(Self, sinh, ())
XGRAD_METHOD(Self, cosh, ())
XGRAD_METHOD(Self, tanh, ())
XGRAD_METHOD(Self, asinh, ())
XGRAD_METHOD(Self, acosh, ())
XGRAD_METHOD(Self, atanh, ())
XGRAD_METHOD(Self, floor, ())
XGRAD_METHOD(Self, ceil, ())
XGRAD_METHOD(Self, round, ())
XGRAD_METHOD(Self, trunc, ())
XGRAD_METHOD(Self, erf, ())
XGRAD_METHOD(Self, erfc, ())
XGRAD_METHOD(Self, sigmoid, ())
XGRAD_METHOD(Self, logsigmoid, ())
XGRAD_METHOD(Self, relu, ())
XGRAD_METHOD(Self, gelu, ())
XGRAD_METHOD(Self, silu, ())
XGRAD_METHOD(Self, mish, ())
XGRAD_METHOD(Self, selu, ())
XGRAD_METHOD(Self, hardswish, ())
XGRAD_METHOD(Tensor, sign, ())
XGRAD_METHOD(Tensor, isnan, ())
XGRAD_METHOD(Tensor, logical_not, ())

XGRAD_METHOD(Self, softplus, (double beta, double threshold), beta, threshold)
XGRAD_METHOD(Self, pow, (Scalar exponent), exponent)
XGRAD_METHOD(Variable, pow, (const Variable& exponent), exponent)
XGRAD_METHOD(Self, clamp, (std::optional<Scalar> low, std::optional<Scalar> high), low, high)
XGRAD_METHOD(Self, clip, (std::optional<Scalar> low, std::optional<Scalar> high), low, high)
XGRAD_METHOD(Self, masked_fill, (const Variable& mask, Scalar value), mask, value)

XGRAD_METHOD(Self, sum, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, mean, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, var, (const Dims& dims, std::int64_t correction, KeepDim keepdim), dims, correction,
             keepdim)
XGRAD_METHOD(Self, std, (const Dims& dims, std::int64_t correction, KeepDim keepdim), dims, correction,
             keepdim)
XGRAD_METHOD(Self, norm, (double p, const Dims& dims, KeepDim keepdim), p, dims, keepdim)
XGRAD_METHOD(Self, amax, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, amin, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, max, ())
XGRAD_METHOD(Self, min, ())
XGRAD_METHOD(WithIndices<Self>, max, (Dim dim, KeepDim keepdim), dim, keepdim)
XGRAD_METHOD(WithIndices<Self>, min, (Dim dim, KeepDim keepdim), dim, keepdim)
XGRAD_METHOD(Tensor, argmax, ())
XGRAD_METHOD(Tensor, argmin, ())
XGRAD_METHOD(Tensor, argmax, (Dim dim, KeepDim keepdim), dim, keepdim)
XGRAD_METHOD(Tensor, argmin, (Dim dim, KeepDim keepdim), dim, keepdim)
XGRAD_METHOD(Tensor, any, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Tensor, all, (const Dims& dims, KeepDim keepdim), dims, keepdim)

XGRAD_METHOD(Self, softmax, (Dim dim), dim)
XGRAD_METHOD(Self, log_softmax, (Dim dim), dim)
XGRAD_METHOD(Self, logsumexp, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, cumsum, (Dim dim), dim)
XGRAD_METHOD(Variable, matmul, (const Variable& other), other)

template <class Self>
Self OpMethods<Self>::T() const {
  if (self().dim() != 2) {
    fail("T", "needs a matrix, not shape ", self().shape(),
         "; mT() swaps the last two dims, permute() orders all of them");
  }
  return self().transpose(0, 1);
}

XGRAD_METHOD(Self, flatten, (int start_dim, int end_dim), start_dim, end_dim)

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

XGRAD_METHOD(Self, repeat, (const Shape& times), times)
XGRAD_METHOD(Self, flip, (const Shape& dims), dims)
XGRAD_METHOD(Self, tril, (std::int64_t diagonal), diagonal)
XGRAD_METHOD(Self, triu, (std::int64_t diagonal), diagonal)
XGRAD_METHOD(Self, index_select, (int dim, const Variable& index), dim, index)
XGRAD_METHOD(Self, gather, (int dim, const Variable& index), dim, index)
XGRAD_METHOD(Self, masked_select, (const Variable& mask), mask)
XGRAD_METHOD(Tensor, nonzero, ())
XGRAD_METHOD(Variable, index_add, (int dim, const Variable& index, const Variable& source), dim, index,
             source)
XGRAD_METHOD(Variable, scatter, (int dim, const Variable& index, const Variable& source), dim, index, source)
XGRAD_METHOD(Self, scatter, (int dim, const Variable& index, Scalar value), dim, index, value)
XGRAD_METHOD(Variable, scatter_add, (int dim, const Variable& index, const Variable& source), dim, index,
             source)
XGRAD_METHOD(Variable, scatter_reduce,
             (int dim, const Variable& index, const Variable& source, ScatterReduce reduce,
              bool include_self),
             dim, index, source, reduce, include_self)
XGRAD_METHOD(Self, repeat_interleave, (std::int64_t repeats, std::optional<Dim> dim), repeats, dim)
XGRAD_METHOD(Self, repeat_interleave, (const Variable& repeats, std::optional<Dim> dim), repeats, dim)
XGRAD_METHOD(Self, roll, (const Shape& shifts, const Shape& dims), shifts, dims)
XGRAD_METHOD(Self, diagonal, (std::int64_t offset, int dim1, int dim2), offset, dim1, dim2)
XGRAD_METHOD(Self, diag, (std::int64_t diagonal), diagonal)
XGRAD_METHOD(WithIndices<Self>, sort, (Dim dim, bool descending), dim, descending)
XGRAD_METHOD(WithIndices<Self>, topk, (std::int64_t k, Dim dim, bool largest), k, dim, largest)
XGRAD_METHOD(Tensor, argsort, (Dim dim, bool descending), dim, descending)
XGRAD_METHOD(Unique, unique, ())
XGRAD_METHOD(Tensor, bincount, ())
XGRAD_METHOD(Tensor, bincount, (const Variable& weights, std::int64_t minlength), weights, minlength)
XGRAD_METHOD(Self, prod, (const Dims& dims, KeepDim keepdim), dims, keepdim)
XGRAD_METHOD(Self, cumprod, (Dim dim), dim)

#undef XGRAD_METHOD

template class OpMethods<Tensor>;
template class OpMethods<Variable>;

}  // namespace xgrad
