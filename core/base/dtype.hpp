#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <type_traits>

#include <xgrad/core/base/bfloat16.hpp>

namespace xgrad {

/// The type of a Tensor's elements: `float32` (the default, see `set_default_dtype`), `float64`, `int64`
/// (indices, targets), `boolean` (masks), `bfloat16` (weights in half the memory, for matrix products only).
enum class DType : std::uint8_t { float32, float64, int64, boolean, bfloat16 };
using enum DType;

std::size_t item_size(DType dtype);  ///< bytes per element
std::string_view name(DType dtype);  ///< "float32", ...
/// Whether ops compute in this dtype: float32 or float64. In bfloat16 numbers are only stored.
constexpr bool is_floating(DType dtype) { return dtype == float32 || dtype == float64; }

/// The dtype of `a op b` for operands of these dtypes. Equal dtypes stay; a floating one wins over the
/// others; an integer and a boolean give int64. Two different floating dtypes throw, as does bfloat16.
DType promote(std::string_view op, DType a, DType b);

std::ostream& operator<<(std::ostream& out, DType dtype);

/// The C++ types of elements that a Tensor stores.
template <class T>
concept Stored = std::same_as<T, float> || std::same_as<T, double> || std::same_as<T, std::int64_t> ||
    std::same_as<T, bool>;

template <class T>
concept StoredOrInt = Stored<T> || std::same_as<T, int>;

/// The DType that stores a C++ type.
template <class T>
constexpr DType dtype_of() {
  static_assert(Stored<T>, "a Tensor stores float, double, std::int64_t or bool");
  if constexpr (std::is_same_v<T, float>) return float32;
  if constexpr (std::is_same_v<T, double>) return float64;
  if constexpr (std::is_same_v<T, std::int64_t>) return int64;
  return boolean;
}

}  // namespace xgrad
