#include <xgrad/nn/module.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <xgrad/core/error.hpp>
#include <xgrad/nn/members.hpp>

#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#endif

namespace xgrad::nn {
namespace {

// Every parameter in a module's tree, under its dotted path behind `prefix`.
void collect(const Module& module, const std::string& prefix, NamedParameters& all) {
  std::vector<std::string> names;
  const auto checked = [&](std::string_view name) -> const std::string& {
    if (std::find(names.begin(), names.end(), name) != names.end())
      fail("visit", module.type_name(), " names two members \"", name, '"');
    return names.emplace_back(name);
  };
  for_each_member(
      module,
      [&](std::string_view name, const Variable& parameter) {
        all.emplace_back(prefix + checked(name), parameter);
      },
      [&](std::string_view name, const Module& child) { collect(child, prefix + checked(name) + '.', all); });
}

}  // namespace

Module::~Module() = default;

NamedParameters Module::all_named_parameters() const {
  NamedParameters all;
  collect(*this, "", all);
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

void Module::train(bool training) { set_training(training); }

void Module::set_training(bool training) const {
  training_ = training;
  for_each_member(
      *this, [](std::string_view, const Variable&) {},
      [&](std::string_view, const Module& child) { child.set_training(training); });
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
