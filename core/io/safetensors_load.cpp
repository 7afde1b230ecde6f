// Where bytes on the disk become Tensors: nothing in the file is believed before it is checked.
// https://github.com/huggingface/safetensors#format

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/io/safetensors_header.hpp>
#include <xgrad/core/io/safetensors_types.hpp>
#include <xgrad/core/kernels/raw.hpp>

namespace xgrad {
namespace {

using namespace safetensors;
using Json = nlohmann::json;

struct Entry {
  std::string name;
  const FileType* type = nullptr;
  Shape shape;
  std::uint64_t begin = 0, end = 0;  // from the end of the header
};

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : path_(path.string()) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) refuse("is a directory");
    size_ = std::filesystem::file_size(path, error);
    if (error) refuse("cannot be read: ", error.message());
    file_.open(path, std::ios::binary);
    if (!file_) refuse("cannot be read: ", std::system_category().message(errno));
  }

  SafetensorsFile read() {
    const Header header = parse_header(read_header());
    if (!header.problem.empty()) refuse(header.problem);
    SafetensorsFile result;
    std::vector<Entry> entries;
    for (const std::string& name : header.names) {
      if (name == "__metadata__") {
        read_metadata(header.json.at(name), result.metadata);
      } else {
        entries.push_back(read_entry(name, header.json.at(name)));
      }
    }
    check_layout(entries);
    for (const Entry& entry : entries) result.tensors.emplace_back(entry.name, read_tensor(entry));
    return result;
  }

 private:
  template <class... Parts>
  [[noreturn]] void refuse(const Parts&... parts) const {
    fail_state("load_safetensors", path_, ": ", parts...);
  }
  template <class... Parts>
  [[noreturn]] void refuse_tensor(const std::string& name, const Parts&... parts) const {
    refuse("tensor ", shown_name(name), ": ", parts...);
  }

  void read_bytes(void* to, std::uint64_t count) {
    file_.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
    if (!file_) refuse("cannot be read to its end");
  }

  std::string read_header() {
    std::uint64_t length = 0;
    if (size_ < sizeof(length)) refuse("has ", size_, " bytes, too few for the 8 bytes of header length");
    read_bytes(&length, sizeof(length));
    if (length > header_limit)
      refuse("a header of ", length, " bytes is over the limit of ", header_limit, " bytes");
    if (length > size_ - sizeof(length)) {
      refuse("the header is cut short: ", length, " bytes are announced, ", size_ - sizeof(length),
             " are there");
    }
    data_begin_ = sizeof(length) + length;
    data_size_ = size_ - data_begin_;
    std::string header(length, '\0');
    read_bytes(header.data(), length);
    return header;
  }

  void read_metadata(const Json& json, std::map<std::string, std::string>& metadata) const {
    if (!json.is_object()) refuse("__metadata__ is not an object but ", json.type_name());
    for (const auto& [key, value] : json.items()) {
      if (!value.is_string())
        refuse("__metadata__ ", shown_name(key), " is not a string but ", value.type_name());
      metadata.emplace(key, value.get<std::string>());
    }
  }

  Entry read_entry(const std::string& name, const Json& json) const {
    if (!json.is_object()) refuse_tensor(name, "is not an object but ", json.type_name());
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
      if (!json.contains(key)) refuse_tensor(name, "has no ", key);
    }
    for (const auto& [key, value] : json.items()) {
      if (key != "dtype" && key != "shape" && key != "data_offsets")
        refuse_tensor(name, "has an unknown key ", shown_name(key));
    }
    Entry entry;
    entry.name = name;
    entry.type = &read_type(name, json["dtype"]);
    entry.shape = read_shape(name, json["shape"]);
    const Json& offsets = json["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
        !offsets[1].is_number_unsigned()) {
      refuse_tensor(name, "data_offsets are not two integers from 0 up but ", shown_value(offsets));
    }
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
    check_offsets(entry);
    return entry;
  }

  const FileType& read_type(const std::string& name, const Json& json) const {
    if (!json.is_string()) refuse_tensor(name, "dtype is not a string but ", json.type_name());
    const auto& tag = json.get_ref<const std::string&>();
    if (const FileType* type = find_type(tag)) return *type;
    refuse_tensor(name, "dtype ", shown_value(json), " is not one that can be read");
  }

  Shape read_shape(const std::string& name, const Json& json) const {
    if (!json.is_array())
      refuse_tensor(name, "shape is not an array of integers from 0 up but ", shown_value(json));
    if (json.size() > Shape::max_dims)
      refuse_tensor(name, "shape has ", json.size(), " dims, at most ", Shape::max_dims, " can be read");
    Shape shape;
    for (const Json& size : json) {
      if (!size.is_number_unsigned())
        refuse_tensor(name, "shape is not an array of integers from 0 up but ", shown_value(json));
      shape.push_back(size.get<std::int64_t>());
    }
    // Sizes of 0 are left out: strides are products of the others.
    std::int64_t count = 1;
    for (std::int64_t size : shape) {
      if (size < 0 || __builtin_mul_overflow(count, std::max<std::int64_t>(size, 1), &count) ||
          count > (std::int64_t{1} << 59)) {
        refuse_tensor(name, "shape ", shown_value(json), " has more elements than can be counted");
      }
    }
    return shape;
  }

  void check_offsets(const Entry& entry) const {
    if (entry.begin > entry.end)
      refuse_tensor(entry.name, "data begins at ", entry.begin, " and ends before, at ", entry.end);
    const auto needed = static_cast<std::uint64_t>(entry.shape.numel()) * entry.type->bytes;
    if (entry.end - entry.begin != needed) {
      refuse_tensor(entry.name, "data_offsets [", entry.begin, ", ", entry.end, "] hold ",
                    entry.end - entry.begin, " bytes, but ", entry.type->tag, " ", entry.shape, " needs ",
                    needed);
    }
  }

  // Together the tensors cover the file's data once, without holes.
  void check_layout(const std::vector<Entry>& entries) const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) order.push_back(&entry);
    std::stable_sort(order.begin(), order.end(), [](const Entry* a, const Entry* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t covered = 0;
    for (const Entry* entry : order) {
      if (entry->begin < covered)
        refuse_tensor(entry->name, "data at ", entry->begin, " overlaps another tensor's, which ends at ",
                      covered);
      if (entry->begin > covered)
        refuse_tensor(entry->name, "a hole in the data: bytes ", covered, " to ", entry->begin,
                      " belong to no tensor");
      if (entry->end > data_size_)
        refuse_tensor(entry->name, "the file is too short: data ends at ", entry->end, ", but only ",
                      data_size_, " bytes follow the header");
      covered = entry->end;
    }
    if (covered != data_size_)
      refuse("the file is too long: ", data_size_ - covered, " bytes after the last tensor's data");
  }

  Tensor read_tensor(const Entry& entry) {
    Tensor tensor = empty(entry.shape, entry.type->dtype);
    file_.seekg(static_cast<std::streamoff>(data_begin_ + entry.begin));
    std::byte* to = kernels::raw<std::byte>(tensor);
    if (!entry.type->convert) {
      read_bytes(to, entry.end - entry.begin);
      return tensor;
    }
    std::vector<std::byte> part(std::size_t{1} << 16);
    const std::size_t per_part = part.size() / entry.type->bytes;
    const auto count = static_cast<std::size_t>(tensor.numel());
    for (std::size_t done = 0; done < count;) {
      const std::size_t now = std::min(per_part, count - done);
      read_bytes(part.data(), now * entry.type->bytes);
      const std::size_t converted =
          entry.type->convert(part.data(), now, to + done * item_size(tensor.dtype()));
      if (converted != now) {
        refuse_tensor(entry.name, "element ", done + converted, " is not a value of ", tensor.dtype(), " (",
                      entry.type->tag, ")");
      }
      done += now;
    }
    return tensor;
  }

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0, data_begin_ = 0, data_size_ = 0;
};

}  // namespace

SafetensorsFile load_safetensors(const std::filesystem::path& path) { return Reader(path).read(); }

}  // namespace xgrad
