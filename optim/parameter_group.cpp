#include <xgrad/optim/parameter_group.hpp>

#include <xgrad/nn/module.hpp>

namespace xgrad::optim {

std::vector<ParameterGroup> decay_matrices(const nn::Module& module, double weight_decay) {
  ParameterGroup matrices{.weight_decay = weight_decay}, vectors{.weight_decay = 0};
  for (const Variable& parameter : module.parameters())
    (parameter.dim() >= 2 ? matrices : vectors).parameters.push_back(parameter);
  std::vector<ParameterGroup> groups;
  if (!matrices.parameters.empty()) groups.push_back(std::move(matrices));
  if (!vectors.parameters.empty()) groups.push_back(std::move(vectors));
  return groups;
}

}  // namespace xgrad::optim
