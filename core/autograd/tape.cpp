#include <xgrad/core/autograd/tape.hpp>

#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

void check_defined(std::string_view op, const Inputs& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].defined()) continue;
    if (arguments.size() == 1) fail(op, "the variable is undefined");
    fail(op, "operand ", i, " is undefined");
  }
}

void check_result(const char* op, const Tensor& value) {
  if (!op) fail("record", "the op needs a name");
  if (!value.defined()) fail(op, "the result to record is undefined");
}

void show_op(const char* op, const Variable& result, const Inputs& inputs) {
  for (const auto& observer : observers()) observer->see_op(op, result, inputs);
}

Tensor memory_for_result(const Variable& x) {
  // The pool gives a small block just as fast, from one that was freed a moment ago. Also, small Tensors
  // mostly have short rows, and those are slow to overwrite: the load of a row waits for a store that ends
  // close to it.
  constexpr std::size_t worth_reusing = std::size_t{64} << 10;
  // An observer looks at x after the op.
  const bool reuses = x.value().nbytes() >= worth_reusing && x.owns_memory() && !is_observed();
  if (!reuses) return empty(x.shape(), x.dtype());
  x.value().storage()->bump_version();  // a rounded copy of x is not one of the result
  return x.value();
}

bool wants_gradient(const Inputs& inputs) {
  if (!grad_enabled()) return false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].requires_grad()) return true;
  }
  return false;
}

Variable append_node(const char* op, Tensor&& value, const Inputs& inputs, std::span<const Keep> keeps,
                     Rule&& rule) {
  if (!is_floating(value.dtype())) fail(op, "a recorded result must be floating, not ", value.dtype());
  if (!rule) fail(op, "a recorded op needs a rule");
  auto node = Node::make(op, value, inputs);
  node->body_.saved.reserve(keeps.size());
  for (const Keep& keep : keeps) {
    if (keep.for_input_ < Keep::every_input || keep.for_input_ >= static_cast<int>(inputs.size())) {
      fail(op, "keep_for names input ", keep.for_input_, " of ", inputs.size());
    }
    const bool is_wanted = keep.for_input_ == Keep::every_input ||
                           inputs[static_cast<std::size_t>(keep.for_input_)].requires_grad();
    if (!keep.variable_) {
      node->keeps_output_ = true;
    } else if (is_wanted && keep.variable_->defined()) {
      const Tensor& kept = keep.variable_->value();
      node->body_.saved.push_back(
          {kept, keep.variable_->requires_grad() ? keep.variable_->node() : nullptr, kept.version()});
    } else {
      node->body_.saved.push_back({});
    }
  }
  if (node->keeps_output_) node->body_.saved.push_back({value, nullptr, value.version()});
  node->body_.rule = std::move(rule);
  return Variable::of_node(std::move(value), std::move(node));
}

}  // namespace xgrad
