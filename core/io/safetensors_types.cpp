#include <xgrad/core/io/safetensors_types.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include <xgrad/core/base/bit_cast.hpp>
#include <xtl/xhalf_float.hpp>

namespace xgrad::safetensors {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's elements are little endian");

// bfloat16: the upper half of a float32. xtl has no such type.
float float_from_bf16(std::uint16_t half) { return bit_cast<float>(static_cast<std::uint32_t>(half) << 16); }

template <class From, class To, auto convert>
std::size_t convert_each(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    From element;
    std::memcpy(&element, from + i * sizeof(From), sizeof(From));
    const To converted = convert(element);
    std::memcpy(to + i * sizeof(To), &converted, sizeof(To));
  }
  return count;
}

float float_from_f16(xtl::half_float half) { return half; }

template <class From>
constexpr auto widen = convert_each<From, std::int64_t, std::identity{}>;
constexpr auto widen_f16 = convert_each<xtl::half_float, float, float_from_f16>;
constexpr auto widen_bf16 = convert_each<std::uint16_t, float, float_from_bf16>;

// Copies elements whose bytes are the dtype's own, if none is over `most`.
template <class T, T most>
std::size_t copy_up_to(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    T element;
    std::memcpy(&element, from + i * sizeof(T), sizeof(T));
    if (element > most) return i;
  }
  std::memcpy(to, from, count * sizeof(T));
  return count;
}
constexpr auto copy_u64 = copy_up_to<std::uint64_t, std::numeric_limits<std::int64_t>::max()>;
constexpr auto copy_boolean = copy_up_to<std::uint8_t, 1>;

// The first type of each dtype is the one that is written. BF16 is read as float32, which ops compute in.
constexpr std::array<FileType, 20> file_types{{{"F64", 64, float64, nullptr},
                                               {"F32", 32, float32, nullptr},
                                               {"F16", 16, float32, widen_f16},
                                               {"BF16", 16, float32, widen_bf16},
                                               {"I64", 64, int64, nullptr},
                                               {"I32", 32, int64, widen<std::int32_t>},
                                               {"I16", 16, int64, widen<std::int16_t>},
                                               {"I8", 8, int64, widen<std::int8_t>},
                                               {"U64", 64, int64, copy_u64},
                                               {"U32", 32, int64, widen<std::uint32_t>},
                                               {"U16", 16, int64, widen<std::uint16_t>},
                                               {"U8", 8, int64, widen<std::uint8_t>},
                                               {"BOOL", 8, boolean, copy_boolean},
                                               {"C64", 64, {}, nullptr},
                                               {"F8_E5M2", 8, {}, nullptr},
                                               {"F8_E4M3", 8, {}, nullptr},
                                               {"F8_E8M0", 8, {}, nullptr},
                                               {"F6_E2M3", 6, {}, nullptr},
                                               {"F6_E3M2", 6, {}, nullptr},
                                               {"F4", 4, {}, nullptr}}};

}  // namespace

const FileType* find_type(std::string_view tag) {
  const auto found = std::find_if(file_types.begin(), file_types.end(),
                                  [&](const FileType& type) { return type.tag == tag; });
  return found == file_types.end() ? nullptr : &*found;
}

const FileType& written_type(DType dtype, bool half_precision) {
  if (half_precision && dtype == float32) return *find_type("F16");
  if (dtype == bfloat16) return *find_type("BF16");
  return *std::find_if(file_types.begin(), file_types.end(),
                       [&](const FileType& type) { return type.dtype == dtype; });
}

std::size_t narrow_f16(const float* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    const xtl::half_float half(from[i]);
    if (isinf(half) && std::isfinite(from[i])) return i;
    std::memcpy(to + i * sizeof(half), &half, sizeof(half));
  }
  return count;
}

}  // namespace xgrad::safetensors
