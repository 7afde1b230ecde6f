#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// A Tensor's first element. Neither checks the dtype, which `dispatch` has made a type, nor raises the
/// version: a kernel writes only to a new Tensor, or its caller raises the version.
template <class T>
T* raw(const Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.storage()->data()) + tensor.offset();
}

}  // namespace xgrad::kernels
