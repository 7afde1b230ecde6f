#pragma once

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// Stores the weight of every Linear in the module, itself included, in bfloat16, rounded to the nearest:
/// half of the bytes, of which a new token reads all when a model generates. An Embedding that shares such a
/// weight, as with a tied head, reads it too. Biases, norms and other members stay as they are. The weights
/// no longer require a gradient, and `to(float32)` gives them back their type but not the digits they have
/// lost. Throws, and changes nothing, if such a weight is float64 or the result of an op.
void store_weights_in_bfloat16(const Module& module);

}  // namespace xgrad::nn
