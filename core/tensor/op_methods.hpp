#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include <xgrad/core/base/dims.hpp>
#include <xgrad/core/base/scalar.hpp>
#include <xgrad/core/base/shape.hpp>

namespace xgrad {

class Tensor;
class Variable;
enum class ScatterReduce;  // ops/scatter.hpp
struct Unique;             // ops/unique.hpp

/// The ops that read better from left to right: `x.abs().sum(-1)`. Each method is the free function of the
/// same name, with x as its first argument. Self is Tensor, whose ops give Tensors, or Variable, whose ops
/// give Variables with gradients. Views, such as `reshape`, are methods of the two classes themselves.
///
/// The definitions are above the kernels (ops/op_methods.cpp), so kernels don't call these methods.
template <class Self>
class OpMethods {
 public:
  // ops/pointwise.hpp, ops/trigonometry.hpp, ops/rounding.hpp, ops/arithmetic.hpp
  Self abs() const;
  Self neg() const;
  Self exp() const;
  Self exp2() const;
  Self expm1() const;
  Self log() const;
  Self log2() const;
  Self log10() const;
  Self log1p() const;
  Self sqrt() const;
  Self rsqrt() const;
  Self erf() const;
  Self erfc() const;
  Self sin() const;
  Self cos() const;
  Self tan() const;
  Self asin() const;
  Self acos() const;
  Self atan() const;
  Self sinh() const;
  Self cosh() const;
  Self tanh() const;
  Self asinh() const;
  Self acosh() const;
  Self atanh() const;
  Self floor() const;
  Self ceil() const;
  Self round() const;
  Self trunc() const;

  // ops/activation.hpp, ops/arithmetic.hpp, ops/pointwise.hpp
  Self sigmoid() const;
  Self logsigmoid() const;
  Self relu() const;
  Self gelu() const;  ///< the exact form
  Self silu() const;
  Self mish() const;
  Self selu() const;
  Self hardswish() const;
  Self softplus(double beta = 1, double threshold = 20) const;
  Self pow(Scalar exponent) const;
  Variable pow(const Variable& exponent) const;
  Self clamp(std::optional<Scalar> low, std::optional<Scalar> high = {}) const;
  Self clip(std::optional<Scalar> low, std::optional<Scalar> high = {}) const;  ///< clamp
  Self masked_fill(const Variable& mask, Scalar value) const;
  Tensor sign() const;
  Tensor isnan() const;        // ops/compare.hpp
  Tensor logical_not() const;  // ops/compare.hpp

  // ops/reduce.hpp, ops/max.hpp, ops/vector_norm.hpp, ops/compare.hpp
  Self sum(const Dims& dims = {}, KeepDim keepdim = false) const;
  Self mean(const Dims& dims = {}, KeepDim keepdim = false) const;
  Self var(const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false) const;
  Self std(const Dims& dims = {}, std::int64_t correction = 1, KeepDim keepdim = false) const;
  template <std::same_as<bool> Keepdim>
  Self var(const Dims& dims, Keepdim keepdim, bool = false) const = delete;  // x.var(dims, 1, true)
  template <std::same_as<bool> Keepdim>
  Self std(const Dims& dims, Keepdim keepdim, bool = false) const = delete;  // x.std(dims, 1, true)
  Self norm(double p = 2, const Dims& dims = {}, KeepDim keepdim = false) const;
  Self norm(std::initializer_list<std::int64_t> dims) const = delete;  // x.norm(2, dims)
  Self amax(const Dims& dims = {}, KeepDim keepdim = false) const;
  Self amin(const Dims& dims = {}, KeepDim keepdim = false) const;
  Self max() const;
  Self min() const;
  std::pair<Self, Tensor> max(Dim dim, KeepDim keepdim = false) const;
  std::pair<Self, Tensor> min(Dim dim, KeepDim keepdim = false) const;
  Tensor argmax() const;  ///< the index in `flatten()`
  Tensor argmin() const;  ///< the index in `flatten()`
  Tensor argmax(Dim dim, KeepDim keepdim = false) const;
  Tensor argmin(Dim dim, KeepDim keepdim = false) const;
  Tensor any(const Dims& dims = {}, KeepDim keepdim = false) const;
  Tensor all(const Dims& dims = {}, KeepDim keepdim = false) const;

  // ops/softmax.hpp, ops/cumsum.hpp, ops/matmul.hpp
  Self softmax(Dim dim) const;
  Self log_softmax(Dim dim) const;
  Self logsumexp(const Dims& dims = {}, KeepDim keepdim = false) const;
  Self cumsum(Dim dim) const;
  Variable matmul(const Variable& other) const;

  // ops/views.hpp, ops/split.hpp, ops/rearrange.hpp, ops/indexing.hpp, ops/gather.hpp
  Self T() const;  ///< a matrix transposed; throws unless there are two dims
  Self flatten(int start_dim = 0, int end_dim = -1) const;
  std::vector<Self> chunk(std::int64_t chunks, int dim = 0) const;
  std::vector<Self> split(std::int64_t size, int dim = 0) const;
  std::vector<Self> split(const std::vector<std::int64_t>& sizes, int dim = 0) const;
  Self repeat(const Shape& times) const;
  Self repeat(std::int64_t, std::int64_t, ...) const = delete;  // x.repeat({2, 3})
  Self flip(const Shape& dims) const;
  Self flip(std::int64_t, std::int64_t, ...) const = delete;  // x.flip({0, 1})
  Self tril(std::int64_t diagonal = 0) const;
  Self triu(std::int64_t diagonal = 0) const;
  Self index_select(int dim, const Variable& index) const;
  Self gather(int dim, const Variable& index) const;
  Self masked_select(const Variable& mask) const;  // ops/masked_select.hpp
  Tensor nonzero() const;                          // ops/masked_select.hpp

  // ops/indexing.hpp, ops/scatter.hpp, ops/rearrange.hpp, ops/views.hpp, ops/sort.hpp, ops/unique.hpp
  Variable index_add(int dim, const Variable& index, const Variable& source) const;
  Variable scatter(int dim, const Variable& index, const Variable& source) const;
  Self scatter(int dim, const Variable& index, Scalar value) const;
  Variable scatter_add(int dim, const Variable& index, const Variable& source) const;
  Variable scatter_reduce(int dim, const Variable& index, const Variable& source, ScatterReduce reduce,
                          bool include_self = true) const;
  Self repeat_interleave(std::int64_t repeats, std::optional<Dim> dim = {}) const;
  Self repeat_interleave(const Variable& repeats, std::optional<Dim> dim = {}) const;
  Self roll(const Shape& shifts, const Shape& dims = {}) const;
  Self diagonal(std::int64_t offset = 0, int dim1 = 0, int dim2 = 1) const;
  Self diag(std::int64_t diagonal = 0) const;
  std::pair<Self, Tensor> sort(Dim dim = -1, bool descending = false) const;
  std::pair<Self, Tensor> topk(std::int64_t k, Dim dim = -1, bool largest = true) const;
  Tensor argsort(Dim dim = -1, bool descending = false) const;
  Unique unique() const;
  Tensor bincount() const;
  Tensor bincount(const Variable& weights, std::int64_t minlength = 0) const;
  Self prod(const Dims& dims = {}, KeepDim keepdim = false) const;  // ops/prod.hpp
  Self cumprod(Dim dim) const;                                      // ops/prod.hpp

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

}  // namespace xgrad
