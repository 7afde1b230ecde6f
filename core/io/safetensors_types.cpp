#include <xgrad/core/io/safetensors_types.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <xgrad/core/io/half.hpp>

namespace xgrad::safetensors {
namespace {

static_assert(std::endian::native == std::endian::little, "the format's elements are little endian");

template <class From, class To, To (*convert)(From)>
std::size_t convert_each(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    From element;
    std::memcpy(&element, from + i * sizeof(From), sizeof(From));
    const To converted = convert(element);
    std::memcpy(to + i * sizeof(To), &converted, sizeof(To));
  }
  return count;
}

template <class From>
std::int64_t to_int64(From x) {
  return x;
}
template <class From>
constexpr auto widen = convert_each<From, std::int64_t, to_int64<From>>;
constexpr auto widen_f16 = convert_each<std::uint16_t, float, float_from_f16>;
constexpr auto widen_bf16 = convert_each<std::uint16_t, float, float_from_bf16>;

std::size_t widen_u64(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    if (std::to_integer<int>(from[i * 8 + 7]) & 0x80) return i;
  }
  std::memcpy(to, from, count * 8);
  return count;
}

std::size_t check_boolean(const std::byte* from, std::size_t count, std::byte* to) {
  for (std::size_t i = 0; i < count; ++i) {
    if (std::to_integer<int>(from[i]) > 1) return i;
    to[i] = from[i];
  }
  return count;
}

// The first type of each dtype is the one that is written.
constexpr std::array<FileType, 20> file_types{{{"F64", 64, float64, nullptr},
                                               {"F32", 32, float32, nullptr},
                                               {"F16", 16, float32, widen_f16},
                                               {"BF16", 16, float32, widen_bf16},
                                               {"I64", 64, int64, nullptr},
                                               {"I32", 32, int64, widen<std::int32_t>},
                                               {"I16", 16, int64, widen<std::int16_t>},
                                               {"I8", 8, int64, widen<std::int8_t>},
                                               {"U64", 64, int64, widen_u64},
                                               {"U32", 32, int64, widen<std::uint32_t>},
                                               {"U16", 16, int64, widen<std::uint16_t>},
                                               {"U8", 8, int64, widen<std::uint8_t>},
                                               {"BOOL", 8, boolean, check_boolean},
                                               {"C64", 64, {}, nullptr},
                                               {"F8_E5M2", 8, {}, nullptr},
                                               {"F8_E4M3", 8, {}, nullptr},
                                               {"F8_E8M0", 8, {}, nullptr},
                                               {"F6_E2M3", 6, {}, nullptr},
                                               {"F6_E3M2", 6, {}, nullptr},
                                               {"F4", 4, {}, nullptr}}};

}  // namespace

const FileType* find_type(std::string_view tag) {
  for (const FileType& type : file_types) {
    if (type.tag == tag) return &type;
  }
  return nullptr;
}

std::string_view tag_of(DType dtype) {
  const auto is_it = [dtype](const FileType& type) { return type.dtype == dtype; };
  return std::find_if(file_types.begin(), file_types.end(), is_it)->tag;
}

}  // namespace xgrad::safetensors
