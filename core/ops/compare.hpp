#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/base/dims.hpp>

namespace xgrad {

// Boolean Tensors without gradients, with NumPy broadcasting and dtype promotion. A comparison with NaN is
// false, except ne.

Tensor eq(const Variable& a, const Variable& b);
Tensor ne(const Variable& a, const Variable& b);
Tensor lt(const Variable& a, const Variable& b);
Tensor le(const Variable& a, const Variable& b);
Tensor gt(const Variable& a, const Variable& b);
Tensor ge(const Variable& a, const Variable& b);
Tensor eq(const Variable& a, Scalar b);
Tensor ne(const Variable& a, Scalar b);
Tensor lt(const Variable& a, Scalar b);
Tensor le(const Variable& a, Scalar b);
Tensor gt(const Variable& a, Scalar b);
Tensor ge(const Variable& a, Scalar b);

// The same as operators. A Tensor is no condition, so `if (a == b)` does not compile: use `equal(a, b)` for
// whole Tensors, or `all(a == b)`. (C++ derives no operator from another one that returns a Tensor.)
inline Tensor operator==(const Variable& a, const Variable& b) { return eq(a, b); }
inline Tensor operator!=(const Variable& a, const Variable& b) { return ne(a, b); }
inline Tensor operator<(const Variable& a, const Variable& b) { return lt(a, b); }
inline Tensor operator<=(const Variable& a, const Variable& b) { return le(a, b); }
inline Tensor operator>(const Variable& a, const Variable& b) { return gt(a, b); }
inline Tensor operator>=(const Variable& a, const Variable& b) { return ge(a, b); }
inline Tensor operator==(const Variable& a, Scalar b) { return eq(a, b); }
inline Tensor operator!=(const Variable& a, Scalar b) { return ne(a, b); }
inline Tensor operator<(const Variable& a, Scalar b) { return lt(a, b); }
inline Tensor operator<=(const Variable& a, Scalar b) { return le(a, b); }
inline Tensor operator>(const Variable& a, Scalar b) { return gt(a, b); }
inline Tensor operator>=(const Variable& a, Scalar b) { return ge(a, b); }
inline Tensor operator==(Scalar a, const Variable& b) { return eq(b, a); }
inline Tensor operator!=(Scalar a, const Variable& b) { return ne(b, a); }
inline Tensor operator<(Scalar a, const Variable& b) { return gt(b, a); }
inline Tensor operator<=(Scalar a, const Variable& b) { return ge(b, a); }
inline Tensor operator>(Scalar a, const Variable& b) { return lt(b, a); }
inline Tensor operator>=(Scalar a, const Variable& b) { return le(b, a); }

Tensor isnan(const Variable& x);
Tensor logical_not(const Variable& x);  ///< x == 0
Tensor logical_and(const Variable& a, const Variable& b);
Tensor logical_or(const Variable& a, const Variable& b);

// Masks, which are boolean; another dtype throws.
Tensor operator&(const Variable& a, const Variable& b);  ///< both hold
Tensor operator|(const Variable& a, const Variable& b);  ///< at least one holds
Tensor operator^(const Variable& a, const Variable& b);  ///< one holds, and not the other
Tensor operator~(const Variable& x);                     ///< x does not hold
inline Tensor operator!(const Tensor& x) { return ~x; }

/// Whether some element is not 0, over the given dims or over all. False if there are no elements.
Tensor any(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);
/// Whether no element is 0, over the given dims or over all. True if there are no elements.
Tensor all(const Variable& x, const Dims& dims = {}, KeepDim keepdim = false);

}  // namespace xgrad
