#pragma once

#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad::kernels {

/// A Tensor's first element, with neither check nor change of version: kernels are entered through
/// `dispatch`, and write only to what they have just made or what their caller has marked as changed.
template <class T>
T* raw(const Tensor& tensor) {
  return reinterpret_cast<T*>(tensor.storage()->data()) + tensor.offset();
}

}  // namespace xgrad::kernels
