#pragma once

#include <string>
#include <utility>
#include <vector>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

/// Tensors with their names, in order, as in a state dict.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

}  // namespace xgrad
