#pragma once

namespace xgrad {

/// Mixed precision, as in Micikevicius et al. 2018, "Mixed Precision Training", section 3, with bfloat16 in
/// place of float16. While it lives, the products of this thread (matmul, bmm, linear, einsum, attention)
/// round their float32 operands to bfloat16 and add up in float32. Results, gradients, weights and all other
/// ops stay float32, and products of float64 stay float64. bfloat16 has the range of float32, so the loss
/// needs no scaling.
///
///     {
///       MixedPrecision guard;
///       loss = model.loss(tokens, targets);
///     }
///     loss.backward();
///
/// Such a product is called `matmul_bfloat16`, `linear_bfloat16` or `fused_attention_bfloat16` on the tape.
/// It keeps its operands in bfloat16, once for all products that read a Tensor, and its rule rounds the
/// gradient that arrives to bfloat16 too. The derivative of rounding counts as 1. `gradcheck` refuses to run
/// under the guard, since differences of rounded numbers are no derivatives. Under a guard inside its
/// function the products are those of float64.
class MixedPrecision {
 public:
  [[nodiscard]] explicit MixedPrecision(bool on = true);  ///< off within a block that is on
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool before_;
};

/// Whether the products of this thread run in mixed precision.
bool mixed_precision();

/// Whether this processor has instructions for products of bfloat16 that are faster than those of float32.
/// Without them mixed precision saves memory but no time: the operands are widened to float32 again.
bool has_bfloat16_products();

}  // namespace xgrad
