#include "tape_functions.hpp"

#include <cmath>
#include <sstream>
#include <stdexcept>

namespace xgrad::web {
namespace {

using Operands = std::vector<Variable>;

Function unary(const std::string& name, Variable (*op)(const Variable&)) {
  return {name + "(x)", 1, 0, 0, [op](const Operands& x, const Options&) { return op(x[0]); }};
}

Function binary(const std::string& name, Variable (*op)(const Variable&, const Variable&)) {
  return {name + "(a, b)", 2, 0, 0, [op](const Operands& x, const Options&) { return op(x[0], x[1]); }};
}

// Over all elements, or along one dim, which `keepdim` = 1 leaves with the size 1.
Function reduction(const std::string& name, Variable (*op)(const Variable&, const Dims&, KeepDim)) {
  return {name + "(x, dim, keepdim)", 1, 0, 2, [op](const Operands& x, const Options& options) {
            const Dims dims = options.size() > 0 ? Dims(options.integer(0)) : Dims();
            return op(x[0], dims, options.size() > 1 && options.integer(1) != 0);
          }};
}

// Along one dim, by default the last.
Function along(const std::string& name, Variable (*op)(const Variable&, int)) {
  return {name + "(x, dim)", 1, 0, 1, [op](const Operands& x, const Options& options) {
            return op(x[0], options.size() > 0 ? options.integer(0) : -1);
          }};
}

// The variance over all elements or along a dim, with the correction 1.
Function spread(const std::string& name,
                Variable (*op)(const Variable&, const Dims&, std::int64_t, KeepDim)) {
  return {name + "(x, dim)", 1, 0, 1, [op](const Operands& x, const Options& options) {
            return op(x[0], options.size() > 0 ? Dims(options.integer(0)) : Dims(), 1, false);
          }};
}

Function transposition() {
  return {"transpose(x, dim, dim)", 1, 0, 2, [](const Operands& x, const Options& options) {
            if (options.size() == 1) throw std::invalid_argument("[transpose] needs two dims, or none");
            return options.size() == 0 ? x[0].mT() : transpose(x[0], options.integer(0), options.integer(1));
          }};
}

Function reshaping() {
  return {"reshape(x, size, size, ...)", 1, 1, 4, [](const Operands& x, const Options& options) {
            std::vector<std::int64_t> sizes;
            for (std::size_t i = 0; i < options.size(); ++i) sizes.push_back(options.integer(i));
            return reshape(x[0], Shape(sizes));
          }};
}

Function clamping() {
  return {"clamp(x, low, high)", 1, 2, 2, [](const Operands& x, const Options& options) {
            return clamp(x[0], options.number(0), options.number(1));
          }};
}

std::map<std::string, Function> make_functions() {
  std::map<std::string, Function> all;
  const auto add_unary = [&](const std::string& name, Variable (*op)(const Variable&)) {
    all.emplace(name, unary(name, op));
  };
  const auto add_binary = [&](const std::string& name, Variable (*op)(const Variable&, const Variable&)) {
    all.emplace(name, binary(name, op));
  };
  const auto add_reduction = [&](const std::string& name,
                                 Variable (*op)(const Variable&, const Dims&, KeepDim)) {
    all.emplace(name, reduction(name, op));
  };
  const auto add_along = [&](const std::string& name, Variable (*op)(const Variable&, int)) {
    all.emplace(name, along(name, op));
  };
  add_binary("add", add);
  add_binary("sub", sub);
  add_binary("mul", mul);
  add_binary("div", div);
  add_binary("pow", pow);
  add_binary("matmul", matmul);
  add_binary("maximum", maximum);
  add_binary("minimum", minimum);
  add_binary("mse_loss", [](const Variable& a, const Variable& b) { return mse_loss(a, b); });
  add_unary("neg", neg);
  add_unary("exp", exp);
  add_unary("log", log);
  add_unary("sqrt", sqrt);
  add_unary("abs", abs);
  add_unary("sin", sin);
  add_unary("cos", cos);
  add_unary("tan", tan);
  add_unary("atan", atan);
  add_unary("tanh", tanh);
  add_unary("sigmoid", sigmoid);
  add_unary("relu", relu);
  add_unary("gelu", [](const Variable& x) { return gelu(x); });
  add_unary("silu", silu);
  add_unary("softplus", [](const Variable& x) { return softplus(x); });
  add_unary("max", [](const Variable& x) { return max(x); });
  add_unary("min", [](const Variable& x) { return min(x); });
  add_unary("layer_norm", [](const Variable& x) { return layer_norm(x); });
  add_reduction("sum", sum);
  add_reduction("mean", mean);
  add_reduction("prod", prod);
  add_reduction("amax", amax);
  add_reduction("amin", amin);
  add_reduction("logsumexp", logsumexp);
  add_along("softmax", [](const Variable& x, int dim) { return softmax(x, dim); });
  add_along("log_softmax", [](const Variable& x, int dim) { return log_softmax(x, dim); });
  add_along("cumsum", [](const Variable& x, int dim) { return cumsum(x, dim); });
  all.emplace("var", spread("var", var));
  all.emplace("std", spread("std", xgrad::std));
  all.emplace("transpose", transposition());
  all.emplace("reshape", reshaping());
  all.emplace("clamp", clamping());
  return all;
}

}  // namespace

int Options::integer(std::size_t i) const {
  const double value = number(i);
  if (value == std::floor(value) && std::abs(value) < 1e9) return static_cast<int>(value);
  std::ostringstream text;
  text << "[page] " << value << " is not an integer, as a dim or a size must be";
  throw std::invalid_argument(text.str());
}

const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> all = make_functions();
  return all;
}

}  // namespace xgrad::web
