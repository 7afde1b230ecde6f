#include <xgrad/core/ops/like.hpp>

#include <xgrad/core/autograd/tape.hpp>

namespace xgrad {

// An undefined Tensor is refused by the factory, by its own name.

Tensor empty_like(const Variable& other, std::optional<DType> dtype) {
  return empty_like(value_if_defined(other), dtype);
}
Tensor zeros_like(const Variable& other, std::optional<DType> dtype) {
  return zeros_like(value_if_defined(other), dtype);
}
Tensor ones_like(const Variable& other, std::optional<DType> dtype) {
  return ones_like(value_if_defined(other), dtype);
}
Tensor full_like(const Variable& other, Scalar value, std::optional<DType> dtype) {
  return full_like(value_if_defined(other), value, dtype);
}
Tensor rand_like(const Variable& other, Generator& generator) {
  return rand_like(value_if_defined(other), generator);
}
Tensor randn_like(const Variable& other, Generator& generator) {
  return randn_like(value_if_defined(other), generator);
}

}  // namespace xgrad
