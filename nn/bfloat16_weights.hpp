#pragma once

#include <xgrad/nn/module.hpp>

namespace xgrad::nn {

/// Converts the weight of every Linear in the module, itself included, to bfloat16, rounded to the nearest,
/// in place. It takes half of the bytes, and generation reads all of them for each token. Products with such
/// a weight need no MixedPrecision; they round their other operand to bfloat16 too. An Embedding that shares
/// such a weight, as with a tied head, reads it. Biases, norms and other members stay as they are. The
/// weights no longer require a gradient. `save` writes them as BF16, and `to(float32)` gives them back their
/// type but not the digits they have lost. Throws, and changes nothing, if such a weight is float64 or the
/// result of an op.
void store_weights_in_bfloat16(const Module& module);

}  // namespace xgrad::nn
