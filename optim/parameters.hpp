#pragma once

// Checks of a list of parameters, for optimisers and clipping.

#include <string_view>
#include <vector>

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad::optim {

/// Throws naming `op` if a parameter is undefined or listed twice.
void check_parameters(std::string_view op, const std::vector<Variable>& parameters);

/// Whether a parameter has a gradient and is not frozen. A frozen one may still hold an old gradient.
inline bool has_gradient_to_use(const Variable& parameter) {
  return parameter.requires_grad() && parameter.has_grad();
}

}  // namespace xgrad::optim
