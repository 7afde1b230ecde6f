#include "tape_expression.hpp"

#include <stdexcept>

#include "tape_functions.hpp"

namespace xgrad::web {
namespace {

void check_count(const std::string& name, const Function& function, std::size_t inputs) {
  const std::size_t least = function.operands + function.least_options;
  const std::size_t most = function.operands + function.most_options;
  if (inputs >= least && inputs <= most) return;
  throw std::invalid_argument("[page] " + name + " has " + std::to_string(inputs) + " arguments; write " +
                              function.usage);
}

double option(const std::string& name, const Function& function, const Json& tree) {
  if (tree.contains("number")) return tree.at("number").get<double>();
  throw std::invalid_argument("[page] " + function.usage + ": all arguments of " + name + " but the first " +
                              "are plain numbers");
}

}  // namespace

void Expression::add_leaf(const std::string& name, const Json& value) {
  const Variable leaf(to_tensor(value, name, dtype_), /*requires_grad=*/true);
  recording_.add(leaf, "leaf", name);
  named_[name] = leaf;
}

Variable Expression::run(const std::string& name, const Json& tree) {
  Variable value = evaluate(tree);
  if (name.empty()) return value;
  recording_.set_name(value, name);
  return named_[name] = value;
}

Variable Expression::evaluate(const Json& tree) {
  if (tree.contains("number")) return constant(tree.at("number"));
  if (tree.contains("list")) return constant(tree.at("list"));
  if (!tree.contains("variable")) return apply(tree);
  const std::string name = tree.at("variable").get<std::string>();
  const auto found = named_.find(name);
  if (found == named_.end()) throw std::invalid_argument("[page] there is no value for " + name);
  return found->second;
}

// A constant requires no gradient, so it has no node.
Variable Expression::constant(const Json& value) {
  const Variable constant(to_tensor(value, "expression", dtype_));
  recording_.add(constant, "number", "");
  return constant;
}

Variable Expression::apply(const Json& tree) {
  const std::string name = tree.at("op").get<std::string>();
  const auto found = functions().find(name);
  if (found == functions().end()) throw std::invalid_argument("[page] there is no function " + name);
  const Function& function = found->second;
  const Json& inputs = tree.at("inputs");
  std::vector<Variable> operands;
  std::vector<double> options;
  try {
    check_count(name, function, inputs.size());
  } catch (const std::exception& e) {
    throw Refusal(e.what(), tree.value("at", Json()));
  }
  for (std::size_t i = 0; i < function.operands; ++i) operands.push_back(evaluate(inputs[i]));
  try {
    for (std::size_t i = function.operands; i < inputs.size(); ++i) {
      options.push_back(option(name, function, inputs[i]));
    }
    return function.apply(operands, Options(options));
  } catch (const std::exception& e) {
    throw Refusal(e.what(), tree.value("at", Json()));
  }
}

}  // namespace xgrad::web
