#include <xgrad/core/autograd/variable.hpp>

#include <ostream>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/base/static_value.hpp>

namespace xgrad {

Variable::Variable(Tensor value, bool requires_grad) {
  if (!value.defined()) fail("Variable", "the tensor is undefined");
  state_ = std::allocate_shared<State>(PoolAllocator<State>(), std::move(value), nullptr, false);
  if (requires_grad) requires_grad_();
}

Variable::operator Tensor() && {
  if (requires_grad()) {
    fail("Variable", "a result of shape ", shape(),
         " requires a gradient, which a Tensor does not have; keep ",
         "it as a Variable, take its value() or detach() it, or compute it under a NoGradGuard");
  }
  return value();
}

Variable Variable::of_node(Tensor&& value, std::shared_ptr<Node> node) {
  Variable variable;
  const bool requires_grad = node != nullptr;
  variable.state_ =
      std::allocate_shared<State>(PoolAllocator<State>(), std::move(value), std::move(node), requires_grad);
  return variable;
}

void Variable::fail_undefined() { fail("Variable", "the variable is undefined"); }

void Variable::set_value(Tensor value) const {
  if (!state_) fail("set_value", "the variable is undefined");
  if (!is_leaf())
    fail("set_value", "only a leaf's value can be replaced; detach() this result of an op first");
  if (!value.defined()) fail("set_value", "the tensor is undefined");
  if (state_->requires_grad && !is_floating(value.dtype())) {
    fail("set_value", "a variable that requires a gradient must stay floating, not ", value.dtype());
  }
  if (state_->node && (value.shape() != shape() || value.dtype() != dtype())) {
    const auto node = Node::make("leaf", value);
    node->body_.hooks = state_->node->body_.hooks;
    node->has_hooks_ = node->body_.hooks != nullptr;
    state_->node = node;
  }
  state_->value = std::move(value);
}

const Variable& Variable::requires_grad_(bool requires_grad) const {
  if (requires_grad && !is_floating(dtype())) {
    fail("requires_grad_", "only floating variables can require a gradient, not ", dtype());
  }
  if (!is_leaf()) {
    if (requires_grad) return *this;
    fail("requires_grad_", "only a leaf can stop requiring a gradient; use detach() on the result of an op");
  }
  if (requires_grad && !state_->node) state_->node = Node::make("leaf", state_->value);
  if (state_->node) state_->node->is_frozen_ = !requires_grad;
  state_->requires_grad = requires_grad;
  return *this;
}

const std::shared_ptr<Node>& Variable::node() const {
  return state_ ? state_->node : static_value([] { return std::shared_ptr<Node>(); });
}

bool Variable::owns_memory() const {
  if (state_.use_count() != 1) return false;
  const Tensor& value = state_->value;
  const StoragePtr& storage = value.storage();
  if (!storage.is_unique() || storage->is_adopted() || storage->bytes() != value.nbytes() ||
      !value.is_contiguous()) {
    return false;
  }
  // Another thread may have just dropped its reference. Its reads must come before the caller's writes.
  // use_count() does not order them, but taking and dropping a reference does.
  [[maybe_unused]] const auto after_others = state_;
  return true;
}

bool Variable::is_leaf() const { return !node() || node()->is_leaf(); }

bool Variable::has_grad() const { return node() && node()->has_grad(); }

const Tensor& Variable::grad() const {
  if (!has_grad()) {
    fail_state("grad", "the variable of shape ", shape(), " has no gradient: ",
               !requires_grad() ? "it does not require one"
               : is_leaf()      ? "backward() has not reached it"
                                : "it is the result of an op; call retain_grad() on it before backward()");
  }
  return *node()->grad_;
}

void Variable::set_grad(Tensor grad) const {
  if (!requires_grad()) fail("set_grad", "the variable of shape ", shape(), " does not require a gradient");
  if (grad.defined() && (grad.shape() != shape() || grad.dtype() != dtype())) {
    fail("set_grad", "the gradient is ", grad.shape(), " ", grad.dtype(), ", the variable ", shape(), " ",
         dtype());
  }
  const auto lock = node()->lock_grad();
  node()->set_grad(std::move(grad));
}

void Variable::zero_grad() const {
  if (!node()) return;
  const auto lock = node()->lock_grad();
  node()->set_grad(Tensor());
}

const Variable& Variable::retain_grad() const {
  if (!requires_grad())
    fail("retain_grad", "the variable of shape ", shape(), " does not require a gradient");
  node()->retains_grad_ = true;
  return *this;
}

Variable Variable::detach() const { return Variable(value()); }

std::ostream& operator<<(std::ostream& out, const Variable& variable) {
  if (!variable.defined()) return out << "(undefined)";
  return out << variable.value();
}

}  // namespace xgrad
