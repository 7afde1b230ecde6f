// https://github.com/huggingface/safetensors#format

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/atomic_file.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/io/safetensors_header.hpp>
#include <xgrad/core/io/safetensors_text.hpp>
#include <xgrad/core/io/safetensors_types.hpp>

namespace xgrad {
namespace {

using namespace safetensors;

template <class... Parts>
[[noreturn]] void refuse(const std::filesystem::path& path, const Parts&... parts) {
  fail_state("save_safetensors", path.string(), ": ", parts...);
}

void check(const std::filesystem::path& path, const NamedTensors& tensors) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    if (!tensor.defined()) refuse(path, "tensor ", shown_name(name), " is undefined");
    if (name == "__metadata__") refuse(path, "a tensor cannot be called ", shown_name(name));
    if (!names.insert(name).second) refuse(path, "two tensors are called ", shown_name(name));
  }
}

// The file's type of each tensor.
std::vector<const FileType*> types_of(const NamedTensors& tensors, SaveOptions options) {
  std::vector<const FileType*> types;
  for (const auto& [name, tensor] : tensors) {
    types.push_back(&written_type(tensor.dtype(), options.half_precision));
  }
  return types;
}

// The header keeps the given order. The data are ordered by falling element size, so that each tensor is
// aligned for a reader that maps the file.
std::vector<std::size_t> data_order(const std::vector<const FileType*>& types) {
  std::vector<std::size_t> order(types.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return types[a]->bits > types[b]->bits; });
  return order;
}

std::string make_header(const NamedTensors& tensors, const std::vector<const FileType*>& types,
                        const std::vector<std::size_t>& order,
                        const std::map<std::string, std::string>& metadata) {
  const auto bytes = [&](std::size_t i) {
    return bytes_of(*types[i], static_cast<std::uint64_t>(tensors[i].second.numel()));
  };
  std::vector<std::uint64_t> begins(tensors.size());
  std::uint64_t end = 0;
  for (std::size_t i : order) {
    begins[i] = end;
    end += bytes(i);
  }
  std::string header = "{";
  if (!metadata.empty()) {
    header += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) header += quoted(key) + ":" + quoted(value) + ",";
    header.back() = '}';
    header += ",";
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, tensor] = tensors[i];
    header += quoted(name) + ":{\"data_offsets\":[" + std::to_string(begins[i]) + "," +
              std::to_string(begins[i] + bytes(i)) + "],\"dtype\":\"" + std::string(types[i]->tag) +
              "\",\"shape\":[";
    for (std::int64_t size : tensor.shape()) header += std::to_string(size) + ",";
    if (header.back() == ',') header.pop_back();
    header += "]},";
  }
  if (header.back() == ',') header.pop_back();
  header += "}";
  header.resize((header.size() + 7) / 8 * 8, ' ');  // aligns the data, too
  return header;
}

void write_halves(AtomicFile& file, const std::filesystem::path& path, const std::string& name,
                  const Tensor& tensor) {
  const auto count = static_cast<std::size_t>(tensor.numel());
  std::vector<std::byte> halves(2 * count);
  const std::size_t done = narrow_f16(tensor.data<float>(), count, halves.data());
  if (done < count) {
    refuse(path, "element ", done, " of tensor ", shown_name(name), " is ", tensor.data<float>()[done],
           ", which half precision does not hold; its largest number is 65504");
  }
  file.write(halves.data(), halves.size());
}

}  // namespace

void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata, SaveOptions options) {
  check(path, tensors);
  if (metadata.size() > metadata_limit)
    refuse(path, "metadata of ", metadata.size(), " strings is over the limit of ", metadata_limit);
  const std::vector<const FileType*> types = types_of(tensors, options);
  const std::vector<std::size_t> order = data_order(types);
  const std::string header = make_header(tensors, types, order, metadata);
  const std::uint64_t length = header.size();
  if (length > header_limit)
    refuse(path, "a header of ", length, " bytes is over the limit of ", header_limit, " bytes");
  try {
    parse_header(header);
  } catch (const Problem& problem) {
    refuse(path, "no reader would take the names, shapes and metadata: ", problem.text);
  }

  AtomicFile file("save_safetensors", path);
  file.write(&length, sizeof(length));
  file.write(header.data(), header.size());
  for (std::size_t i : order) {
    const auto& [name, given] = tensors[i];
    const Tensor tensor = given.contiguous();
    if (types[i]->tag == "F16") {
      write_halves(file, path, name, tensor);
      continue;
    }
    const std::size_t skipped = static_cast<std::size_t>(tensor.offset()) * item_size(tensor.dtype());
    file.write(tensor.storage()->data() + skipped, tensor.nbytes());
  }
  file.commit();
}

}  // namespace xgrad
