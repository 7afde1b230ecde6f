#pragma once

#include <string_view>
#include <utility>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// Throws: only copies and matrix products read bfloat16.
[[noreturn]] void refuse_bfloat16();

/// Calls `body.operator()<T>()` with the C++ type of `dtype`. Only here a runtime dtype becomes a type.
/// Throws for bfloat16, which has no arithmetic.
template <class Body>
decltype(auto) dispatch(DType dtype, Body&& body) {
  switch (dtype) {
    case float32:
      return body.template operator()<float>();
    case float64:
      return body.template operator()<double>();
    case int64:
      return body.template operator()<std::int64_t>();
    case boolean:
      break;
    case bfloat16:
      refuse_bfloat16();
  }
  return body.template operator()<bool>();
}

/// The same for a body that only moves elements, which bfloat16 has too.
template <class Body>
decltype(auto) dispatch_moves(DType dtype, Body&& body) {
  if (dtype == bfloat16) return body.template operator()<BFloat16>();
  return dispatch(dtype, std::forward<Body>(body));
}

/// The same for x's dtype. Throws naming `op` unless it is floating.
template <class Body>
decltype(auto) dispatch_floating(std::string_view op, const Tensor& x, Body&& body) {
  check_floating(op, x);
  return x.dtype() == float32 ? body.template operator()<float>() : body.template operator()<double>();
}

/// For a product of operands of x's dtype: `body.operator()<T, Of>()`, where the operands hold elements of
/// type Of and the product elements of type T. They differ for bfloat16 alone, whose products are float32.
template <class Body>
decltype(auto) dispatch_product(std::string_view op, const Tensor& x, Body&& body) {
  if (x.dtype() == bfloat16) return body.template operator()<float, BFloat16>();
  return dispatch_floating(op, x, [&]<class T>() { return body.template operator()<T, T>(); });
}
inline DType product_dtype(const Tensor& x) { return x.dtype() == bfloat16 ? float32 : x.dtype(); }

/// A Tensor's first element. Neither checks the dtype, which `dispatch` has made a type, nor raises the
/// version: a kernel writes only to a new Tensor, or its caller raises the version.
template <class T>
T* raw(const Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.storage()->data()) + tensor.offset();
}

}  // namespace xgrad::kernels
