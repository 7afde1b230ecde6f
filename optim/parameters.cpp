#include <xgrad/optim/parameters.hpp>

#include <xgrad/core/base/error.hpp>

namespace xgrad::optim {

void check_parameters(std::string_view op, const std::vector<Variable>& parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (!parameters[i].defined()) fail(op, "parameter ", i, " is undefined");
    for (std::size_t j = 0; j < i; ++j) {
      if (parameters[i].is(parameters[j]))
        fail(op, "parameters ", j, " and ", i, " are the same; name each once");
    }
  }
}

}  // namespace xgrad::optim
