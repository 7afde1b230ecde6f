#include <xgrad/optim/adamw.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/kernels/update.hpp>

namespace xgrad::optim {

AdamW::AdamW(std::vector<Variable> parameters, const AdamWOptions& o)
    : Optimizer(std::move(parameters), o.lr), options_(o), states_(this->parameters().size()) {
  const auto is_rate = [](double beta) { return beta >= 0 && beta < 1; };
  if (!is_rate(o.beta1) || !is_rate(o.beta2))
    fail("AdamW", "betas must lie in [0, 1), got ", o.beta1, " and ", o.beta2);
  check_option("AdamW", "eps", o.eps);
  check_option("AdamW", "weight_decay", o.weight_decay);
}

void AdamW::step() {
  for (std::size_t i = 0; i < parameters().size(); ++i) {
    const Variable& parameter = parameters()[i];
    if (!parameter.has_grad()) continue;
    const Tensor& p = parameter.value();
    State& state = states_[i];
    if (!state.m.defined()) {
      state.m = zeros_like(p);
      state.v = zeros_like(p);
    }
    check_fits(state.m, i);
    ++state.step;
    const Tensor target = p.contiguous();
    kernels::adamw({.lr = lr(),
                    .beta1 = options_.beta1,
                    .beta2 = options_.beta2,
                    .eps = options_.eps,
                    .weight_decay = options_.weight_decay,
                    .step = state.step},
                   parameter.grad().contiguous(), target, state.m, state.v);
    if (target.storage() == p.storage()) {
      p.storage()->bump_version();
    } else {
      p.copy_(target);
    }
  }
}

}  // namespace xgrad::optim
