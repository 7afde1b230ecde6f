#include <xgrad/nn/eval_guard.hpp>

#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

void collect(const Module& module, std::vector<std::pair<const Module*, bool>>& modes) {
  modes.emplace_back(&module, module.is_training());
  for_each_member(module, [&](const Member& member) {
    if (member.child) collect(*member.child, modes);
  });
}

}  // namespace

EvalGuard::EvalGuard(const Module& module) {
  collect(module, modes_);  // all that may throw comes before the first change
  for (const auto& [each, was_training] : modes_) each->training_ = false;
}

EvalGuard::~EvalGuard() {
  for (const auto& [each, was_training] : modes_) each->training_ = was_training;
}

}  // namespace xgrad::nn
