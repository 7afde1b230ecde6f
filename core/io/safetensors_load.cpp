// Nothing in the file is trusted before it is checked.
// https://github.com/huggingface/safetensors#format

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/io/safetensors.hpp>
#include <xgrad/core/io/safetensors_header.hpp>
#include <xgrad/core/io/safetensors_text.hpp>
#include <xgrad/core/tensor/dispatch.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

using namespace safetensors;

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

  SafetensorsFile read() try {
    Header header = parse_header(read_header());
    for (const Entry& entry : header.entries) check_offsets(entry);
    check_layout(header.entries);
    SafetensorsFile result{{}, std::move(header.metadata), {}};
    for (Entry& entry : header.entries) {
      const Tensor tensor = read_tensor(entry);
      if (entry.unreadable.empty()) {
        result.tensors.emplace_back(entry.name, tensor);
      } else {
        result.unreadable.emplace(entry.name, entry.unreadable);
      }
    }
    return result;
  } catch (const Problem& problem) {
    refuse(problem.text);
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
      refuse("a header of ", length, " bytes is over the limit of ", header_limit,
             " bytes; is it a safetensors file?");
    if (length > size_ - sizeof(length)) {
      refuse("the header is cut short: ", length, " bytes are announced, ", size_ - sizeof(length),
             " are there");
    }
    data_begin_ = sizeof(length) + length;
    data_size_ = size_ - data_begin_;
    std::string header(static_cast<std::size_t>(length), '\0');
    read_bytes(header.data(), length);
    return header;
  }

  void check_offsets(const Entry& entry) const {
    if (entry.begin > entry.end)
      refuse_tensor(entry.name, "data begins at ", entry.begin, " and ends before, at ", entry.end);
    if (!entry.type) return;
    const std::uint64_t needed = bytes_of(*entry.type, entry.count);
    if (entry.end - entry.begin != needed) {
      refuse_tensor(entry.name, "data_offsets [", entry.begin, ", ", entry.end, "] hold ",
                    entry.end - entry.begin, " bytes, but ", entry.count, " elements of ", entry.type->tag,
                    " need ", needed);
    }
  }

  // The tensors cover the file's data exactly once.
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

  // Undefined if the entry is unreadable. An element that the dtype cannot hold makes it so.
  Tensor read_tensor(Entry& entry) {
    if (!entry.unreadable.empty()) return {};
    Tensor tensor = empty(entry.shape, *entry.type->dtype);
    file_.seekg(static_cast<std::streamoff>(data_begin_ + entry.begin));
    std::byte* to = kernels::raw<std::byte>(tensor);
    if (!entry.type->convert) {
      read_bytes(to, entry.end - entry.begin);
      return tensor;
    }
    std::vector<std::byte> part(std::size_t{1} << 16);
    const std::size_t per_part = part.size() / bytes_of(*entry.type, 1);
    const auto count = static_cast<std::size_t>(tensor.numel());
    for (std::size_t done = 0; done < count;) {
      const std::size_t now = std::min(per_part, count - done);
      read_bytes(part.data(), bytes_of(*entry.type, now));
      const std::size_t converted =
          entry.type->convert(part.data(), now, to + done * item_size(tensor.dtype()));
      if (converted != now) {
        std::ostringstream reason;
        reason << "element " << done + converted << " is not a value of " << tensor.dtype() << " ("
               << entry.type->tag << ')';
        if (tensor.dtype() == boolean) refuse_tensor(entry.name, reason.str());  // no writer makes it
        entry.unreadable = reason.str();
        return {};
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
