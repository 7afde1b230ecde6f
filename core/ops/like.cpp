#include <xgrad/core/ops/like.hpp>

namespace xgrad {
namespace {

// An undefined Variable counts as an undefined Tensor, which the factory refuses by its own name.
Tensor value_of(const Variable& variable) { return variable.defined() ? variable.value() : Tensor(); }

}  // namespace

Tensor empty_like(const Variable& other, std::optional<DType> dtype) {
  return empty_like(value_of(other), dtype);
}
Tensor zeros_like(const Variable& other, std::optional<DType> dtype) {
  return zeros_like(value_of(other), dtype);
}
Tensor ones_like(const Variable& other, std::optional<DType> dtype) {
  return ones_like(value_of(other), dtype);
}
Tensor full_like(const Variable& other, Scalar value, std::optional<DType> dtype) {
  return full_like(value_of(other), value, dtype);
}
Tensor rand_like(const Variable& other, Generator& generator) {
  return rand_like(value_of(other), generator);
}
Tensor randn_like(const Variable& other, Generator& generator) {
  return randn_like(value_of(other), generator);
}

}  // namespace xgrad
