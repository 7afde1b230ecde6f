#include <xgrad/nn/module.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/forward_scope.hpp>
#include <xgrad/nn/members.hpp>

#if __has_include(<cxxabi.h>)
#include <cxxabi.h>
#endif

namespace xgrad::nn {
namespace {

void check_name(const Module& module, std::string_view name, const std::vector<std::string>& before) {
  const bool is_repeated = std::find(before.begin(), before.end(), name) != before.end();
  if (!is_repeated && !name.empty() && name.find_first_of(". \t\n\v\f\r") == name.npos) return;
  fail("visit", module.type_name(), is_repeated ? " names two members \"" : " names a member \"", name,
       "\"; a name is unique, is not empty, and has no dot and no blank");
}

// Appends the parameters and buffers of the module and, in place, of its children. Each path begins with
// `prefix`.
void collect(const Module& module, const std::string& prefix, std::vector<NamedMember>& all) {
  std::vector<std::string> names;
  for_each_member(module, [&](const Member& member) {
    const auto& [name, variable, is_buffer, child] = member;
    check_name(module, name, names);
    names.emplace_back(name);
    std::string path = prefix + names.back();
    if (child) return collect(*child, path + '.', all);
    if (is_buffer && variable->requires_grad()) {
      fail("visit", module.type_name(), "'s buffer \"", path, "\" of shape ", variable->shape(),
           " requires a gradient; name it without .buffer as a parameter, or give it none");
    }
    all.push_back({std::move(path), *variable, is_buffer});
  });
}

// The parameters or the buffers; a shared one has its first name.
NamedParameters members_of_kind(const Module& module, bool is_buffer) {
  NamedParameters unique;
  for (NamedMember& member : all_members(module)) {
    if (member.is_buffer != is_buffer) continue;
    const bool seen = std::any_of(unique.begin(), unique.end(),
                                  [&](const auto& other) { return other.second.is(member.variable); });
    if (!seen) unique.emplace_back(std::move(member.name), std::move(member.variable));
  }
  return unique;
}

}  // namespace

std::vector<NamedMember> all_members(const Module& module) {
  std::vector<NamedMember> all;
  collect(module, "", all);
  return all;
}

NamedParameters Module::named_parameters() const { return members_of_kind(*this, /*is_buffer=*/false); }
NamedBuffers Module::named_buffers() const { return members_of_kind(*this, /*is_buffer=*/true); }

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
  for_each_member(*this, [&](const Member& member) {
    if (member.child) member.child->set_training(training);
  });
}

void Module::to(DType dtype) {
  if (!is_floating(dtype)) {
    fail("to", "a module becomes float32 or float64, not ", dtype,
         dtype == bfloat16 ? "; nn::store_weights_in_bfloat16 stores the weights of its products so"
                           : "; a single Variable converts with set_value(value().to(...))");
  }
  for (const NamedMember& member : all_members(*this)) {
    const Variable& variable = member.variable;
    if (is_floating(variable.dtype()) || variable.dtype() == bfloat16)
      variable.set_value(variable.value().to(dtype));
  }
}

Variable Module::forward(const Variable& x) const {
  const ForwardScope scope(*this);
  return forward_one(x);
}

Variable Module::forward_one(const Variable&) const {
  fail("forward", type_name(),
       " has no forward that takes one Variable and returns one; call it by its own type");
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
