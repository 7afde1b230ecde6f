#pragma once

#include <string_view>

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// Calls `body.operator()<T>()` with the C++ type of `dtype`. Only here a runtime dtype becomes a type.
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
  }
  return body.template operator()<bool>();
}

/// The same for x's dtype. Throws naming `op` unless it is floating.
template <class Body>
decltype(auto) dispatch_floating(std::string_view op, const Tensor& x, Body&& body) {
  check_floating(op, x);
  return x.dtype() == float32 ? body.template operator()<float>() : body.template operator()<double>();
}

/// A Tensor's first element. Neither checks the dtype, which `dispatch` has made a type, nor raises the
/// version: a kernel writes only to a new Tensor, or its caller raises the version.
template <class T>
T* raw(const Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.storage()->data()) + tensor.offset();
}

}  // namespace xgrad::kernels
