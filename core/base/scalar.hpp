#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>

#include <xgrad/core/base/convert.hpp>

namespace xgrad {

/// A C++ number as an argument of an op. It takes the Tensor's dtype, so `x + 1` has the dtype of x.
class Scalar {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> Scalar(T value)
      : is_floating_(std::is_floating_point_v<T>), is_boolean_(std::is_same_v<T, bool>) {
    if constexpr (std::is_floating_point_v<T>) {
      floating_ = static_cast<double>(value);
    } else {
      integer_ = static_cast<std::int64_t>(value);
    }
  }

  bool is_floating() const { return is_floating_; }
  bool is_boolean() const { return is_boolean_; }

  template <class T>
  T to() const {
    return is_floating_ ? convert<T>(floating_) : convert<T>(integer_);
  }

  /// An integer wraps around, as in a Tensor.
  Scalar operator-() const {
    if (is_floating_) return -floating_;
    return static_cast<std::int64_t>(0 - static_cast<std::uint64_t>(integer_));
  }

 private:
  double floating_ = 0;
  std::int64_t integer_ = 0;
  bool is_floating_;
  bool is_boolean_;
};

}  // namespace xgrad
