#include <memory>
#include <stdexcept>
#include <string>

#include "json_tensor.hpp"
#include "tape_expression.hpp"
#include "tape_functions.hpp"
#include "tape_recording.hpp"

namespace xgrad::web {
namespace {

// {"exp": {"usage": "exp(x)", "least": 1, "most": 1}, ...}: the functions and how many arguments each takes.
Json tape_functions(const Json&) {
  Json all = Json::object();
  for (const auto& [name, function] : functions()) {
    all[name] = {{"usage", function.usage},
                 {"least", function.operands + function.least_options},
                 {"most", function.operands + function.most_options}};
  }
  return all;
}

DType dtype_of(const std::string& name) {
  if (name == "float32") return float32;
  if (name == "float64") return float64;
  throw std::invalid_argument("[page] the dtype is float32 or float64, not " + name);
}

// {"dtype": "float32", "values": {"a": 2}, "statements": [{"name": "", "tree": tree}, ...]}: runs the
// statements, and replays the tape of the last one. Answers what Recording::replay says, or what was refused:
// {"refused": "[matmul] inner sizes differ: ...", "at": [first, last]}.
Json tape(const Json& arguments) {
  const auto recording = std::make_shared<Recording>();
  observe(recording);
  Expression expression(*recording, dtype_of(arguments.value("dtype", "float32")));
  for (const auto& [name, value] : arguments.at("values").items()) expression.add_leaf(name, value);
  Variable result;
  try {
    for (const Json& statement : arguments.at("statements")) {
      result = expression.run(statement.value("name", ""), statement.at("tree"));
    }
  } catch (const Refusal& refusal) {
    return {{"refused", refusal.what()}, {"at", refusal.at}};
  }
  if (!result.defined()) throw std::invalid_argument("[page] there is no expression");
  return recording->replay(result);
}

}  // namespace

Calls tape_calls() { return {{"tape", tape}, {"tape_functions", tape_functions}}; }

}  // namespace xgrad::web
