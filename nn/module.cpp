#include <xgrad/nn/module.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <memory>
#include <typeinfo>

#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#endif

namespace xgrad::nn {
namespace {

// Walks a module's whole tree, with the dotted path to each parameter.
class Walker : public Visitor {
 public:
  explicit Walker(std::function<void(const std::string&, const Variable&)> on_parameter)
      : on_parameter_(std::move(on_parameter)) {}

  Visitor& operator()(std::string_view name, const Variable& parameter) override {
    if (parameter.defined()) on_parameter_(prefix_ + std::string(name), parameter);
    return *this;
  }

  Visitor& operator()(std::string_view name, const Module& child) override {
    const std::size_t length = prefix_.size();
    prefix_.append(name).append(".");
    child.visit(*this);
    prefix_.resize(length);
    return *this;
  }

 private:
  std::function<void(const std::string&, const Variable&)> on_parameter_;
  std::string prefix_;
};

// Calls a function on every module below one.
class Descent : public Visitor {
 public:
  explicit Descent(std::function<void(const Module&)> on_module) : on_module_(std::move(on_module)) {}
  Visitor& operator()(std::string_view, const Variable&) override { return *this; }
  Visitor& operator()(std::string_view, const Module& child) override {
    on_module_(child);
    child.visit(*this);
    return *this;
  }

 private:
  std::function<void(const Module&)> on_module_;
};

}  // namespace

NamedParameters Module::all_named_parameters() const {
  NamedParameters all;
  Walker walker(
      [&](const std::string& name, const Variable& parameter) { all.emplace_back(name, parameter); });
  visit(walker);
  return all;
}

NamedParameters Module::named_parameters() const {
  NamedParameters unique;
  for (auto& [name, parameter] : all_named_parameters()) {
    const bool seen = std::any_of(unique.begin(), unique.end(),
                                  [&p = parameter](const auto& other) { return other.second.is(p); });
    if (!seen) unique.emplace_back(std::move(name), std::move(parameter));
  }
  return unique;
}

std::vector<Variable> Module::parameters() const {
  std::vector<Variable> all;
  for (auto& [name, parameter] : named_parameters()) all.push_back(parameter);
  return all;
}

std::int64_t Module::num_parameters() const {
  std::int64_t count = 0;
  for (const Variable& parameter : parameters()) count += parameter.numel();
  return count;
}

void Module::zero_grad() const {
  for (const Variable& parameter : parameters()) parameter.zero_grad();
}

void Module::train(bool training) {
  training_ = training;
  Descent descent([training](const Module& module) { module.training_ = training; });
  visit(descent);
}

void Module::to(DType dtype) {
  for (const Variable& parameter : parameters()) parameter.set_value(parameter.value().to(dtype));
}

std::string Module::type_name() const {
  const char* mangled = typeid(*this).name();
#if __has_include(<cxxabi.h>)
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
  if (status == 0) return readable.get();
#endif
  return mangled;
}

}  // namespace xgrad::nn
