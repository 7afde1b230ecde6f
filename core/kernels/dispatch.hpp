#pragma once

#include <string_view>

#include <xgrad/core/dtype.hpp>
#include <xgrad/core/error.hpp>

namespace xgrad::kernels {

/// Calls `body.operator()<T>()` with the C++ type of `dtype`: the one place where a runtime dtype becomes a
/// type.
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

/// The same for floating dtypes; any other throws naming `op`.
template <class Body>
decltype(auto) dispatch_floating(std::string_view op, DType dtype, Body&& body) {
  if (!is_floating(dtype)) fail(op, "needs a floating dtype, not ", dtype, "; convert with to(float32)");
  return dtype == float32 ? body.template operator()<float>() : body.template operator()<double>();
}

}  // namespace xgrad::kernels
