#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <xgrad/core/base/dtype.hpp>

namespace xgrad::safetensors {

inline constexpr std::uint64_t header_limit = 100'000'000;  ///< the reference implementation's
inline constexpr std::size_t metadata_limit = 1'000'000;    ///< strings, of about 100 bytes each in memory

/// An element type of a file: its size there, the dtype it becomes, and how elements are converted.
struct FileType {
  std::string_view tag;
  std::size_t bits;
  std::optional<DType> dtype;  ///< empty if the type cannot be read; only its size is known
  /// Converts `count` elements. Returns `count`, or the place of the first that the dtype cannot hold. Null
  /// if the bytes are the dtype's own.
  std::size_t (*convert)(const std::byte* from, std::size_t count, std::byte* to);
};

/// The size of `count` elements in a file; `count` is at most 2^59, and they fill whole bytes.
inline std::uint64_t bytes_of(const FileType& type, std::uint64_t count) {
  return count / 8 * type.bits + count % 8 * type.bits / 8;
}

const FileType* find_type(std::string_view tag);  ///< null for an unknown tag
/// The type that a dtype is written as: F32, BF16, ...; float32 as F16 if `half_precision` is set.
const FileType& written_type(DType dtype, bool half_precision);

/// `count` floats in half precision, each rounded to the nearest half, ties to even. Returns `count`, or the
/// place of the first finite number that is too large.
std::size_t narrow_f16(const float* from, std::size_t count, std::byte* to);

}  // namespace xgrad::safetensors
