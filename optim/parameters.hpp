#pragma once

// What optimisers and clipping ask of the list of parameters that they are given.

#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Throws naming `op` where a parameter is undefined or comes twice.
void check_parameters(std::string_view op, const std::vector<Variable>& parameters);

/// Whether a parameter has a gradient and is not frozen. A gradient from before it was frozen does not count.
inline bool has_gradient_to_use(const Variable& parameter) {
  return parameter.requires_grad() && parameter.has_grad();
}

}  // namespace xgrad::optim
