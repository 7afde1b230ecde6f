#pragma once

#include <optional>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

// The `_like` factories of tensor/factories.hpp for a Variable. The results are Tensors, without a gradient.
// An undefined Tensor is refused by the factory, by its own name.

inline Tensor empty_like(const Variable& other, std::optional<DType> dtype = {}) {
  return empty_like(value_if_defined(other), dtype);
}
inline Tensor zeros_like(const Variable& other, std::optional<DType> dtype = {}) {
  return zeros_like(value_if_defined(other), dtype);
}
inline Tensor ones_like(const Variable& other, std::optional<DType> dtype = {}) {
  return ones_like(value_if_defined(other), dtype);
}
inline Tensor full_like(const Variable& other, Scalar value, std::optional<DType> dtype = {}) {
  return full_like(value_if_defined(other), value, dtype);
}
inline Tensor rand_like(const Variable& other, Generator& generator = default_generator()) {
  return rand_like(value_if_defined(other), generator);
}
inline Tensor randn_like(const Variable& other, Generator& generator = default_generator()) {
  return randn_like(value_if_defined(other), generator);
}

}  // namespace xgrad
