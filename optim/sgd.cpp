#include <xgrad/optim/sgd.hpp>

#include <cmath>

#include <xgrad/core/error.hpp>

namespace xgrad::optim {

SGD::SGD(std::vector<Variable> parameters, const SGDOptions& options)
    : Optimizer(std::move(parameters), options.lr), options_(options), velocity_(this->parameters().size()) {
  check_option("SGD", "momentum", options.momentum);
  check_option("SGD", "weight_decay", options.weight_decay);
  if (!std::isfinite(options.dampening)) fail("SGD", "dampening must be finite, got ", options.dampening);
  if (options.nesterov && (options.momentum == 0 || options.dampening != 0)) {
    fail("SGD", "Nesterov needs a momentum and no dampening, got momentum ", options.momentum, ", dampening ",
         options.dampening);
  }
}

void SGD::step() {
  for (std::size_t i = 0; i < parameters().size(); ++i) {
    const Variable& parameter = parameters()[i];
    if (!parameter.has_grad()) continue;
    const Tensor& p = parameter.value();
    Tensor g = parameter.grad();
    if (options_.weight_decay != 0) g = g.clone().add_(p, options_.weight_decay);
    if (options_.momentum != 0) {
      Tensor& v = velocity_[i];
      if (!v.defined()) {
        v = g.clone();
      } else {
        check_fits(v, i);
        v.mul_(options_.momentum).add_(g, 1 - options_.dampening);
      }
      g = options_.nesterov ? g.clone().add_(v, options_.momentum) : v;
    }
    p.add_(g, -lr());
  }
}

}  // namespace xgrad::optim
