#include <xgrad/nn/bfloat16_weights.hpp>

#include <xgrad/core/base/error.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/members.hpp>

namespace xgrad::nn {

void store_weights_in_bfloat16(const Module& module) {
  if (const auto* linear = dynamic_cast<const Linear*>(&module)) {
    const Variable& weight = linear->weight;
    if (weight.dtype() == float64) {
      fail("store_weights_in_bfloat16", "a Linear's weight ", weight.shape(),
           " is float64; convert the module with to(float32) first");
    }
    weight.requires_grad_(false);
    weight.set_value(weight.value().to(bfloat16));
  }
  for_each_member(module, [](const Member& member) {
    if (member.child) store_weights_in_bfloat16(*member.child);
  });
}

}  // namespace xgrad::nn
