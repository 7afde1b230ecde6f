#include <xgrad/nn/eval_guard.hpp>

#include <xgrad/nn/members.hpp>

namespace xgrad::nn {
namespace {

void collect_training(const Module& module, std::vector<const Module*>& found) {
  if (module.is_training()) found.push_back(&module);
  for_each_member(module, [&](const Member& member) {
    if (member.child) collect_training(*member.child, found);
  });
}

}  // namespace

EvalGuard::EvalGuard(const Module& module) {
  collect_training(module, were_training_);  // all that may throw comes before the first change
  for (const Module* each : were_training_) each->training_ = false;
}

EvalGuard::~EvalGuard() {
  for (const Module* each : were_training_) each->training_ = true;
}

}  // namespace xgrad::nn
