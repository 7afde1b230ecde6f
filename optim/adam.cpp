#include <xgrad/optim/adam.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/update.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::optim {

Adam::Adam(std::vector<Variable> parameters, const AdamOptions& options)
    : Adam("Adam", std::move(parameters), options, Decay::in_gradient) {}

Adam::Adam(std::string_view name, std::vector<Variable> parameters, const AdamOptions& o, Decay decay)
    : Optimizer(std::move(parameters), o.lr), options_(o), decay_(decay), states_(this->parameters().size()) {
  const auto is_rate = [](double beta) { return beta >= 0 && beta < 1; };
  if (!is_rate(o.beta1) || !is_rate(o.beta2))
    fail(name, "betas must lie in [0, 1), got ", o.beta1, " and ", o.beta2);
  check_option(name, "eps", o.eps);
  check_option(name, "weight_decay", o.weight_decay);
}

// The first loop may throw and changes nothing. The second changes the parameters and cannot throw. So a step
// happens for all parameters or for none.
void Adam::step() {
  struct Update {
    const Tensor& p;
    Tensor target, g;  // contiguous
    State& state;
  };
  const bool decays_gradient = decay_ == Decay::in_gradient && options_.weight_decay != 0;
  std::vector<Update> updates;
  updates.reserve(parameters().size());
  for (std::size_t i = 0; i < parameters().size(); ++i) {
    if (!takes_step(i)) continue;
    const Tensor& p = parameters()[i].value();
    const Tensor& g = parameters()[i].grad();
    State& state = states_[i];
    if (state.step == 0) state = {zeros_like(p), zeros_like(p)};  // if one throws, neither is set
    check_fits(state.m, i);
    updates.push_back({p, p.contiguous(),
                       decays_gradient ? g.clone().add_(p, options_.weight_decay) : g.contiguous(), state});
  }
  for (const auto& [p, target, g, state] : updates) {
    ++state.step;
    kernels::adamw({.lr = lr(),
                    .beta1 = options_.beta1,
                    .beta2 = options_.beta2,
                    .eps = options_.eps,
                    .weight_decay = decay_ == Decay::of_parameter ? options_.weight_decay : 0,
                    .step = state.step},
                   g, target, state.m, state.v);
    if (target.storage() == p.storage()) {
      p.storage()->bump_version();
    } else {
      p.copy_(target);
    }
  }
}

}  // namespace xgrad::optim
