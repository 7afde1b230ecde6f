#include <xgrad/optim/adam.hpp>

#include <xgrad/core/kernels/update.hpp>

namespace xgrad::optim {

Adam::Adam(std::vector<Variable> parameters, const AdamOptions& options)
    : Adam(one_group(std::move(parameters)), options) {}

Adam::Adam(std::vector<ParameterGroup> groups, const AdamOptions& options)
    : Adam("Adam", std::move(groups), options, Decay::in_gradient) {}

Adam::Adam(std::string_view name, std::vector<ParameterGroup> groups, const AdamOptions& o, Decay decay)
    : Optimizer(name, std::move(groups),
                {.lr = o.lr,
                 .beta1 = o.beta1,
                 .beta2 = o.beta2,
                 .eps = o.eps,
                 .weight_decay = o.weight_decay,
                 .amsgrad = o.amsgrad,
                 .maximize = o.maximize}),
      decay_(decay) {}

std::array<std::string_view, 3> Adam::state_names(const ParameterGroup& group) const {
  return {"exp_avg", "exp_avg_sq", *group.amsgrad ? "max_exp_avg_sq" : ""};
}

void Adam::update(const Tensor& parameter, const Tensor& gradient, const ParameterState& state,
                  const ParameterGroup& group) const {
  const auto& [m, v, max_v] = state.tensors;
  const bool decays_gradient = decay_ == Decay::in_gradient;
  kernels::adamw({.lr = *group.lr,
                  .beta1 = *group.beta1,
                  .beta2 = *group.beta2,
                  .eps = *group.eps,
                  .weight_decay = decays_gradient ? 0 : *group.weight_decay,
                  .grad_decay = decays_gradient ? *group.weight_decay : 0,
                  .maximize = *group.maximize,
                  .step = state.step},
                 gradient, parameter, m, v, max_v);
}

}  // namespace xgrad::optim
