#include <xgrad/optim/sgd.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/update.hpp>

namespace xgrad::optim {

SGD::SGD(std::vector<Variable> parameters, const SGDOptions& options)
    : SGD(one_group(std::move(parameters)), options) {}

SGD::SGD(std::vector<ParameterGroup> groups, const SGDOptions& o)
    : Optimizer("SGD", std::move(groups),
                {.lr = o.lr,
                 .momentum = o.momentum,
                 .dampening = o.dampening,
                 .weight_decay = o.weight_decay,
                 .nesterov = o.nesterov,
                 .maximize = o.maximize}) {
  for (const ParameterGroup& group : param_groups()) {
    if (*group.nesterov && (*group.momentum == 0 || *group.dampening != 0)) {
      fail("SGD", "Nesterov needs a momentum and no dampening, got momentum ", *group.momentum,
           ", dampening ", *group.dampening);
    }
  }
}

std::array<std::string_view, 3> SGD::state_names(const ParameterGroup& group) const {
  return {*group.momentum != 0 ? "momentum_buffer" : ""};
}

void SGD::update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
                 const ParameterGroup& group) const {
  kernels::sgd({.lr = *group.lr,
                .momentum = *group.momentum,
                .dampening = state.step == 1 ? 0 : *group.dampening,
                .weight_decay = *group.weight_decay,
                .nesterov = *group.nesterov,
                .maximize = *group.maximize},
               gradient, parameter, state.tensors[0]);
}

}  // namespace xgrad::optim
