#pragma once

namespace xgrad {

/// Mixed precision, as in Micikevicius et al. 2018, "Mixed Precision Training", section 3, with bfloat16 in
/// place of float16. While a guard lives, the products of this thread (matmul, bmm, linear, einsum,
/// attention, linear_cross_entropy) round their float32 operands to bfloat16 and add up in float32. Results,
/// gradients, weights and all other ops stay float32, and products of float64 stay float64. bfloat16 has the
/// range of float32, so the loss needs no scaling.
///
///     {
///       MixedPrecision guard;
///       loss = cross_entropy(model(x), targets);
///     }
///     loss.backward();
///
/// backward() runs the rules of these products as they ran forward, inside the block or outside. On the tape,
/// `_bfloat16` is added to the name of the op, as in `linear_bfloat16`. The node keeps its operands in
/// bfloat16, and backward() frees them. Products that read the same whole Tensor share one copy; a slice, and
/// memory to which mutable_data() gave a pointer, is rounded for each product. Without gradients, a Tensor
/// holds its copy until a newer one replaces it. The rule rounds the gradient that arrives to
/// bfloat16 too. The derivative of rounding counts as 1. `gradcheck` refuses to run under the guard, since
/// differences of rounded numbers are no derivatives. A guard inside the checked function changes nothing,
/// since its numbers are float64. docs/numerics.md has the bounds.
class MixedPrecision {
 public:
  [[nodiscard]] explicit MixedPrecision(bool on = true);  ///< false: off, within a block where it is on
  ~MixedPrecision();
  MixedPrecision(const MixedPrecision&) = delete;
  MixedPrecision& operator=(const MixedPrecision&) = delete;

 private:
  bool before_;
};

/// Whether the products of this thread run in mixed precision.
bool mixed_precision();

/// Whether the products of bfloat16 have an instruction of their own on this processor (docs/install.md).
/// Without one, mixed precision takes longer than float32: the operands are widened to float32 again.
bool has_bfloat16_products();

}  // namespace xgrad
