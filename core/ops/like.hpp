#pragma once

#include <optional>

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

// The `_like` factories of tensor/factories.hpp for a Variable. The results are Tensors, without a gradient.

Tensor empty_like(const Variable& other, std::optional<DType> dtype = {});
Tensor zeros_like(const Variable& other, std::optional<DType> dtype = {});
Tensor ones_like(const Variable& other, std::optional<DType> dtype = {});
Tensor full_like(const Variable& other, Scalar value, std::optional<DType> dtype = {});
Tensor rand_like(const Variable& other, Generator& generator = default_generator());
Tensor randn_like(const Variable& other, Generator& generator = default_generator());

}  // namespace xgrad
