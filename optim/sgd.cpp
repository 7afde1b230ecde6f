#include <xgrad/optim/sgd.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::optim {

SGD::SGD(std::vector<Variable> parameters, const SGDOptions& options)
    : Optimizer(std::move(parameters), options.lr), options_(options), states_(this->parameters().size()) {
  check_option("SGD", "momentum", options.momentum);
  check_option("SGD", "weight_decay", options.weight_decay);
  if (!std::isfinite(options.dampening)) fail("SGD", "dampening must be finite, got ", options.dampening);
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
    fail("SGD", "Nesterov needs a momentum and no dampening, got momentum ", options.momentum, ", dampening ",
         options.dampening);
  }
}

// The first loop may throw and changes nothing. The second changes the parameters and cannot throw. So a step
// happens for all parameters or for none.
void SGD::step() {
  struct Update {
    const Tensor& p;
    Tensor g;
    State& state;
  };
  std::vector<Update> updates;
  updates.reserve(parameters().size());
  for (std::size_t i = 0; i < parameters().size(); ++i) {
    if (!takes_step(i)) continue;
    const Tensor& p = parameters()[i].value();
    Tensor g = parameters()[i].grad();
    if (options_.weight_decay != 0 || options_.nesterov) g = g.clone();
    if (options_.weight_decay != 0) g.add_(p, options_.weight_decay);
    if (options_.momentum != 0) {
      if (states_[i].step == 0) states_[i].v = zeros_like(p);
      check_fits(states_[i].v, i);
    }
    updates.push_back({p, std::move(g), states_[i]});
  }
  for (auto& [p, g, state] : updates) {
    if (options_.momentum == 0) {
      p.add_(g, -lr());
      continue;
    }
    const Tensor& v = state.v;
    v.mul_(options_.momentum).add_(g, state.step == 0 ? 1 : 1 - options_.dampening);
    ++state.step;
    p.add_(options_.nesterov ? g.add_(v, options_.momentum) : v, -lr());
  }
}

}  // namespace xgrad::optim
