// The one file that knows of JSON.

#include <xgrad/core/io/safetensors_header.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

namespace xgrad::safetensors {
namespace {

using Json = nlohmann::json;

// Shortens a name or a value for an error's text.
constexpr std::size_t most_shown = 60;
std::string cut(std::string text) {
  std::size_t most = most_shown;
  if (text.size() <= most) return text;
  while ((text[most] & 0xc0) == 0x80) --most;  // not in the middle of a character
  return text.replace(most, std::string::npos, "...");
}

// A string as JSON, or at least as much of it as `cut` leaves.
std::string quoted_start(const std::string& text, bool ensure_ascii) {
  return Json(text.substr(0, 2 * most_shown)).dump(-1, ' ', ensure_ascii, Json::error_handler_t::replace);
}

struct Refusal {
  std::string text;
};
[[noreturn]] void refuse(std::string text) { throw Refusal{std::move(text)}; }
[[noreturn]] void refuse_tensor(const std::string& name, const std::string& text) {
  refuse("tensor " + shown_name(name) + ": " + text);
}

std::string second_key(const std::string& key) {
  return "the key " + shown_name(key) + " appears twice in the header";
}

// A value in a tensor's entry, as far as a tensor needs it or an error shows it.
struct Field {
  std::string kind;                    // "array", ...; empty where the entry does not have it
  std::string string;                  // of a string
  std::size_t count = 0;               // of an array's elements,
  bool is_unsigned = true;             // whether all of them are integers from 0 up,
  std::vector<std::uint64_t> numbers;  // and the first of those
  std::string json;                    // its beginning

  std::string shown() const { return cut(json); }

  void add_element(std::optional<std::uint64_t> number) {
    ++count;
    is_unsigned = is_unsigned && number;
    if (number && numbers.size() < Shape::max_dims) numbers.push_back(*number);
  }
  void add_json(const std::string& token) {
    if (json.size() > most_shown) return;
    if (!json.empty() && std::string_view("[{:").find(json.back()) == std::string_view::npos) json += ',';
    json += token;
  }
  void end_json(char bracket) {
    if (json.size() <= most_shown) json += bracket;
  }
};

struct Fields {
  Field dtype, shape, data_offsets;

  Field* find(std::string_view key) {
    if (key == "dtype") return &dtype;
    if (key == "shape") return &shape;
    return key == "data_offsets" ? &data_offsets : nullptr;
  }
};

void read_type(const Field& dtype, Entry& entry) {
  if (dtype.kind != "string") refuse_tensor(entry.name, "dtype is not a string but " + dtype.kind);
  entry.type = find_type(dtype.string);
  if (!entry.type || !entry.type->dtype)
    entry.unreadable = "dtype " + dtype.shown() + " is not one that can be read";
}

void read_shape(const Field& sizes, Entry& entry) {
  if (sizes.kind != "array" || !sizes.is_unsigned)
    refuse_tensor(entry.name, "shape is not an array of integers from 0 up but " + sizes.shown());
  if (sizes.count > Shape::max_dims) {
    entry.type = nullptr;
    entry.unreadable = "shape has " + std::to_string(sizes.count) + " dims, at most " +
                       std::to_string(Shape::max_dims) + " can be read";
    return;
  }
  // Sizes of 0 are left out: strides are products of the others.
  std::uint64_t count = 1;
  for (std::uint64_t size : sizes.numbers) {
    if (__builtin_mul_overflow(count, std::max<std::uint64_t>(size, 1), &count) ||
        count > (std::uint64_t{1} << 59)) {
      refuse_tensor(entry.name, "shape " + sizes.shown() + " has more elements than can be counted");
    }
    entry.shape.push_back(static_cast<std::int64_t>(size));
  }
}

// Other keys than the three are passed over, as by the format's own reader.
Entry read_entry(const std::string& name, const Fields& fields) {
  if (fields.dtype.kind.empty()) refuse_tensor(name, "has no dtype");
  if (fields.shape.kind.empty()) refuse_tensor(name, "has no shape");
  if (fields.data_offsets.kind.empty()) refuse_tensor(name, "has no data_offsets");
  Entry entry;
  entry.name = name;
  read_type(fields.dtype, entry);
  read_shape(fields.shape, entry);
  const Field& offsets = fields.data_offsets;
  if (offsets.kind != "array" || offsets.count != 2 || !offsets.is_unsigned)
    refuse_tensor(name, "data_offsets are not two integers from 0 up but " + offsets.shown());
  entry.begin = offsets.numbers[0];
  entry.end = offsets.numbers[1];
  return entry;
}

// Makes the entries while the parser reads the header. A tree of it would take many times the memory, and
// nlohmann's destructor of a tree asks for memory: where there is none, the program would end.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Header header;  // its problem: the first in what it says, unless it is not JSON at all

  bool null() override { return value("null", "null"); }
  bool boolean(bool is_true) override { return value("boolean", is_true ? "true" : "false"); }
  bool number_integer(std::int64_t number) override { return value("number", std::to_string(number)); }
  bool number_unsigned(std::uint64_t number) override {
    return value("number", std::to_string(number), number);
  }
  bool number_float(double number, const std::string&) override {
    return value("number", Json(number).dump());
  }
  bool string(std::string& text) override {
    if (!is_sound()) return true;
    if (depth_ == 2 && in_metadata_) {
      at_->second = std::move(text);
      return true;
    }
    value("string", quoted_start(text, /*ensure_ascii=*/true));
    if (depth_ == 2 && field_) field_->string = std::move(text);
    return true;
  }
  bool binary(Json::binary_t&) override { return true; }  // there is none in a text
  bool start_object(std::size_t) override { return enter("object", "{"); }
  bool end_object() override { return leave('}'); }
  bool start_array(std::size_t) override { return enter("array", "["); }
  bool end_array() override { return leave(']'); }

  bool key(std::string& key) override {
    if (!is_sound()) return true;
    if (depth_ == 1) {
      in_metadata_ = key == "__metadata__";
      if (in_metadata_ && std::exchange(had_metadata_, true)) return stop(second_key(key));
      name_ = std::move(key);
      fields_ = {};
    } else if (depth_ == 2 && in_metadata_) {
      bool is_first = false;
      std::tie(at_, is_first) = header.metadata.try_emplace(std::move(key));
      if (!is_first) return stop(second_key(at_->first));
      if (header.metadata.size() > metadata_limit)
        return stop("__metadata__ is over the limit of " + std::to_string(metadata_limit) + " strings");
    } else if (depth_ == 2) {
      field_ = fields_.find(key);
      if (field_ && !field_->kind.empty()) return stop(second_key(key));
    } else if (field_) {
      field_->add_json(quoted_start(key, /*ensure_ascii=*/true) + ':');
    }
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    return stop((is_syntax ? "the header is not JSON: error at byte "
                           : "the header has a number that is too large, at byte ") +
                std::to_string(byte));
  }

 private:
  bool is_sound() const { return header.problem.empty(); }

  // Each value comes by here, an object or an array when it begins.
  bool value(const std::string& kind, const std::string& json, std::optional<std::uint64_t> number = {}) {
    if (!is_sound()) return true;
    if (depth_ == 0) {
      if (kind != "object") header.problem = "the header is not a JSON object but " + kind;
    } else if (depth_ == 1) {
      const bool is_no_metadata = in_metadata_ && kind == "null";  // so the format's own reader takes it
      if (kind != "object" && !is_no_metadata) {
        header.problem = (in_metadata_ ? "__metadata__" : "tensor " + shown_name(name_) + ":") +
                         " is not an object but " + kind;
      }
    } else if (in_metadata_) {
      header.problem = "__metadata__ " + shown_name(at_->first) + " is not a string but " + kind;
    } else if (field_) {
      if (depth_ == 2) field_->kind = kind;
      if (depth_ == 3) field_->add_element(number);
      field_->add_json(json);
    }
    return true;
  }
  bool enter(const char* kind, const char* bracket) {
    constexpr int deepest = 8;  // a shape is the third level
    if (depth_ == deepest) return stop("the header is nested too deep");
    value(kind, bracket);
    ++depth_;
    return true;
  }
  bool leave(char bracket) try {
    --depth_;
    if (!is_sound()) return true;
    if (depth_ == 1 && !in_metadata_) header.entries.push_back(read_entry(name_, fields_));
    if (depth_ > 1 && field_) field_->end_json(bracket);
    return true;
  } catch (Refusal& refusal) {
    header.problem = std::move(refusal.text);
    return true;
  }
  bool stop(std::string reason) {
    header.problem = std::move(reason);
    return false;
  }

  int depth_ = 0;             // of the objects and arrays that have not ended
  bool in_metadata_ = false;  // or else in the entry of the tensor `name_`
  bool had_metadata_ = false;
  std::map<std::string, std::string>::iterator at_;  // the string of the metadata that is being read
  std::string name_;
  Fields fields_;           // of that entry
  Field* field_ = nullptr;  // the one that is being read; null for one of another name
};

// The first of the names that is there twice.
const std::string* find_second(const std::vector<Entry>& entries) {
  std::vector<const std::string*> names;
  for (const Entry& entry : entries) names.push_back(&entry.name);
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  const auto at =
      std::adjacent_find(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a == *b; });
  return at == names.end() ? nullptr : *at;
}

}  // namespace

Header parse_header(const std::string& text) {
  Builder builder;
  Header& header = builder.header;
  // The parser would take a NUL for the end, and skip a byte order mark or blanks at the beginning.
  if (text.find('\0') != std::string::npos) {
    header.problem = "the header contains a NUL character";
    return std::move(header);
  }
  Json::sax_parse(text, &builder);
  if (!header.problem.empty()) return std::move(header);
  if (text.front() != '{') header.problem = "the header does not begin with {";
  if (const std::string* name = find_second(header.entries)) header.problem = second_key(*name);
  return std::move(header);
}

std::string quoted(const std::string& text) try {
  return Json(text).dump();
} catch (const Json::type_error&) {
  throw NotUtf8{};
}

std::string shown_name(const std::string& name) { return cut(quoted_start(name, /*ensure_ascii=*/false)); }

}  // namespace xgrad::safetensors
