#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <xgrad/core/tensor/named_tensors.hpp>

namespace xgrad {

/// What a safetensors file holds: the Tensors, and the strings under `__metadata__`.
struct SafetensorsFile {
  NamedTensors tensors;
  std::map<std::string, std::string> metadata;
  /// The valid tensors that are not in `tensors`, by name, each with the reason: a dtype that has no
  /// equivalent here (F8_E4M3, F4, C64, ...), more than 8 dims, or a U64 beyond int64.
  std::map<std::string, std::string> unreadable;
};

struct SaveOptions {
  bool half_precision =
      false;  ///< write float32 as F16, half the bytes, rounded to the nearest; ties to even
};

/// Writes the safetensors format: 8 bytes of header length (little endian), a JSON header, the elements.
/// A new file is written and then renamed, so that a failure (a full disk, a signal) leaves an older file as
/// it was. Throws `std::runtime_error` naming the file and the reason, such as a number that half precision,
/// which ends at 65504, does not hold.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {}, SaveOptions options = {});

/// Reads such a file. F64, F32, I64 and BOOL are read as they are, F16 and BF16 as float32, smaller integers
/// as int64; for other types see `unreadable`. Refuses a broken file and names the reason: a header that is
/// over 100 MB, cut short or not JSON; metadata of more than a million strings; offsets with holes or
/// overlaps, or that do not fit the shape; a file that is too short or too long.
SafetensorsFile load_safetensors(const std::filesystem::path& path);

}  // namespace xgrad
