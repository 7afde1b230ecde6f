#pragma once

// An expression of the tape panel, which the page has parsed, and its value.
//
//   {"number": 2}   {"list": [[1, 2], [3, 4]]}   {"variable": "a"}
//   {"op": "mul", "inputs": [tree, tree], "at": [first, last]}
//
// A `number` behind the operands of an op is an option, such as the dim of `sum(a, 0)`. `at` says where in
// the text the part stands. It is handed back if the library refuses that part.

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "json_tensor.hpp"
#include "tape_recording.hpp"

namespace xgrad::web {

/// What the library said when it refused a part of the expression.
struct Refusal : std::runtime_error {
  Refusal(const std::string& message, Json part) : std::runtime_error(message), at(std::move(part)) {}
  Json at;
};

/// Computes statements, one after the other, with the library's ops on Variables.
class Expression {
 public:
  Expression(Recording& recording, DType dtype) : recording_(recording), dtype_(dtype) {}
  /// A leaf that requires a gradient.
  void add_leaf(const std::string& name, const Json& value);
  /// Evaluates a tree. Later statements may use its value by its name, if that is not empty.
  Variable run(const std::string& name, const Json& tree);

 private:
  Variable evaluate(const Json& tree);
  Variable apply(const Json& tree);
  Variable constant(const Json& value);

  Recording& recording_;
  DType dtype_;
  std::map<std::string, Variable> named_;
};

}  // namespace xgrad::web
