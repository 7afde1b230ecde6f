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
  /// The names of sound tensors that are not in `tensors`, each with the reason: a dtype that has no
  /// equivalent here (F8_E4M3, F4, C64, ...), more than 8 dims, or a U64 beyond int64.
  std::map<std::string, std::string> unreadable;
};

/// Writes the safetensors format: 8 bytes of header length (little endian), a JSON header, the elements.
/// Written aside and then renamed, so that a failure (a full disk, a signal) leaves an older file as it was.
/// Throws `std::runtime_error` naming the file and the reason.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {});

/// Reads such a file. F64, F32, I64 and BOOL are read as they are, F16 and BF16 as float32, smaller integers
/// as int64; see `unreadable` for the rest. A broken file is refused with its reason: header over 100 MB or
/// cut short, metadata of more than a million strings, not JSON, offsets with holes, overlaps or not of the
/// shape's size, a file that is too short or too long.
SafetensorsFile load_safetensors(const std::filesystem::path& path);

}  // namespace xgrad
