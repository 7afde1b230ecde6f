#include <xgrad/optim/rmsprop.hpp>

#include <xgrad/core/kernels/update.hpp>

namespace xgrad::optim {

RMSprop::RMSprop(std::vector<Variable> parameters, const RMSpropOptions& options)
    : RMSprop(one_group(std::move(parameters)), options) {}

RMSprop::RMSprop(std::vector<ParameterGroup> groups, const RMSpropOptions& o)
    : Optimizer("RMSprop", std::move(groups),
                {.lr = o.lr,
                 .momentum = o.momentum,
                 .alpha = o.alpha,
                 .eps = o.eps,
                 .weight_decay = o.weight_decay,
                 .centered = o.centered,
                 .maximize = o.maximize}) {}

std::array<std::string_view, 3> RMSprop::state_names(const ParameterGroup& group) const {
  return {"square_avg", *group.momentum != 0 ? "momentum_buffer" : "", *group.centered ? "grad_avg" : ""};
}

void RMSprop::update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
                     const ParameterGroup& group) const {
  const auto& [square, velocity, mean] = state.tensors;
  kernels::rmsprop({.lr = *group.lr,
                    .alpha = *group.alpha,
                    .eps = *group.eps,
                    .momentum = *group.momentum,
                    .weight_decay = *group.weight_decay,
                    .maximize = *group.maximize},
                   gradient, parameter, square, velocity, mean);
}

}  // namespace xgrad::optim
