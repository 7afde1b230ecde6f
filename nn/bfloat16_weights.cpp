#include <xgrad/nn/bfloat16_weights.hpp>

#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/members.hpp>

namespace xgrad::nn {

namespace {

// Appends the weight of every Linear.
void collect(const Module& module, std::vector<Variable>& weights) {
  if (const auto* linear = dynamic_cast<const Linear*>(&module)) weights.push_back(linear->weight);
  for_each_member(module, [&](const Member& member) {
    if (member.child) collect(*member.child, weights);
  });
}

}  // namespace

void store_weights_in_bfloat16(const Module& module) {
  std::vector<Variable> weights;
  collect(module, weights);
  for (const Variable& weight : weights) {  // before the first one changes
    if (weight.dtype() != float64 && weight.is_leaf()) continue;
    fail("store_weights_in_bfloat16", "a Linear's weight ", weight.shape(),
         weight.is_leaf() ? " is float64; convert the module with to(float32) first"
                          : " is the result of an op");
  }
  for (const Variable& weight : weights) {
    weight.requires_grad_(false);
    weight.set_value(weight.value().to(bfloat16));
  }
}

}  // namespace xgrad::nn
