#include <xgrad/optim/optimizer.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/optim/parameters.hpp>

namespace xgrad::optim {

Optimizer::Optimizer(std::vector<Variable> parameters, double lr) : parameters_(std::move(parameters)) {
  set_lr(lr);
  if (parameters_.empty()) fail("optim", "there are no parameters to optimise");
  check_parameters("optim", parameters_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].is_leaf()) fail("optim", "parameter ", i, " is the result of an op, not a leaf");
  }
}

bool Optimizer::takes_step(std::size_t parameter) const {
  const Variable& p = parameters_[parameter];
  if (!has_gradient_to_use(p)) return false;
  if (p.value().overlaps_itself()) {
    fail_state("optim", "parameter ", parameter, " of shape ", p.shape(),
               " is an expanded tensor, whose elements share memory; make it of a clone()");
  }
  return true;
}

void Optimizer::check_fits(const Tensor& state, std::size_t parameter) const {
  const Variable& p = parameters_[parameter];
  if (state.shape() == p.shape() && state.dtype() == p.dtype()) return;
  fail_state("optim", "parameter ", parameter, " is now ", p.dtype(), " of shape ", p.shape(), ", and was ",
             state.dtype(), " of shape ", state.shape(), " in its first step; make a new optimizer for it");
}

void Optimizer::check_option(std::string_view op, std::string_view name, double value) {
  if (!std::isfinite(value) || value < 0) fail(op, name, " must be finite and not negative, got ", value);
}

void Optimizer::zero_grad() const {
  for (const Variable& parameter : parameters_) parameter.zero_grad();
}

void Optimizer::set_lr(double lr) {
  check_option("optim", "the learning rate", lr);
  lr_ = lr;
}

}  // namespace xgrad::optim
