#pragma once

// The functions that an expression of the tape panel may call, each an op of the library.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

namespace xgrad::web {

/// The plain numbers of a call, such as the dim of `sum(a, 0)`.
class Options {
 public:
  explicit Options(std::vector<double> numbers) : numbers_(std::move(numbers)) {}
  std::size_t size() const { return numbers_.size(); }
  double number(std::size_t i) const { return numbers_.at(i); }
  /// Throws unless it is an integer that an int holds.
  int integer(std::size_t i) const;

 private:
  std::vector<double> numbers_;
};

struct Function {
  std::string usage;          // "sum(x, dim, keepdim)"
  std::size_t operands;       // Variables, which come first
  std::size_t least_options;  // then plain numbers: so many ...
  std::size_t most_options;   // ... to so many
  std::function<Variable(const std::vector<Variable>& operands, const Options& options)> apply;
};

/// By name. The operators are here too, under the names of their ops.
const std::map<std::string, Function>& functions();

}  // namespace xgrad::web
