#pragma once

#include <string>

#include <xgrad/xgrad.hpp>

#include "calls.hpp"

namespace xgrad::web {

/// A number. Those that JSON lacks are the words "NaN", "Infinity" and "-Infinity", which JavaScript's
/// Number() reads.
Json to_json(double number);

/// [2, 3]
Json to_json(const Shape& shape);

/// {"shape": [2, 3], "data": [six numbers, row by row]}. Booleans are true and false.
Json to_json(const Tensor& tensor);

/// A number, or lists of numbers within lists of equal length, as a Tensor of a floating dtype. `name` is
/// what an error calls it.
Tensor to_tensor(const Json& value, const std::string& name, DType dtype = float32);

}  // namespace xgrad::web
