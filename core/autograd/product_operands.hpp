#pragma once

// What an op that multiplies needs for mixed precision (mixed_precision.hpp).

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

/// x in bfloat16, with x's node: what a mixed product reads and keeps. Products share the copy. That of a
/// parameter takes a block that the parameter's gradient can use later (tensor/rounded.hpp).
Variable in_bfloat16(const Variable& x);
/// The way back, for a rule: x in float32, with x's node.
Variable in_float32(const Variable& x);

/// Whether a product reads operands of these dtypes: of one floating dtype, or each float32 or bfloat16.
bool can_multiply(DType a, DType b);

/// Whether a product of such operands reads bfloat16: if one of them is bfloat16, or if both are float32
/// under MixedPrecision.
bool is_mixed_product(DType a, DType b);

/// Two operands as their product reads them: in bfloat16, with the nodes of a and b, if it is mixed. Else a
/// and b themselves.
class ProductOperands {
 public:
  /// x and y must outlive it.
  ProductOperands(const Variable& x, const Variable& y);
  ProductOperands(const ProductOperands&) = delete;
  ProductOperands& operator=(const ProductOperands&) = delete;

  const bool is_mixed;

 private:
  Variable rounded_x_, rounded_y_;  // undefined unless the product is mixed

 public:
  const Variable &a, &b;
};

}  // namespace xgrad
