#include <xgrad/optim/optimizer.hpp>

#include <xgrad/core/error.hpp>

namespace xgrad::optim {

Optimizer::Optimizer(std::vector<Variable> parameters, double lr) : parameters_(std::move(parameters)) {
  set_lr(lr);
  if (parameters_.empty()) fail("optim", "there are no parameters to optimise");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].defined()) fail("optim", "parameter ", i, " is undefined");
    if (!parameters_[i].is_leaf()) fail("optim", "parameter ", i, " is the result of an op, not a leaf");
    for (std::size_t j = 0; j < i; ++j) {
      if (parameters_[i].is(parameters_[j])) fail("optim", "parameters ", j, " and ", i, " are the same");
    }
  }
}

void Optimizer::check_fits(const Tensor& memory, std::size_t parameter) const {
  const Variable& p = parameters_[parameter];
  if (memory.shape() == p.shape() && memory.dtype() == p.dtype()) return;
  fail_state("optim", "parameter ", parameter, " is now ", p.dtype(), " of shape ", p.shape(), ", and was ",
             memory.dtype(), " of shape ", memory.shape(), " in its first step; make a new optimizer for it");
}

void Optimizer::zero_grad() const {
  for (const Variable& parameter : parameters_) parameter.zero_grad();
}

void Optimizer::set_lr(double lr) {
  if (!(lr >= 0)) fail("optim", "the learning rate must not be negative or NaN, got ", lr);
  lr_ = lr;
}

}  // namespace xgrad::optim
