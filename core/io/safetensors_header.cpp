// The one file that knows of JSON.

#include <xgrad/core/io/safetensors_header.hpp>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace xgrad::safetensors {
namespace {

using Json = nlohmann::json;

// Makes the tree of a header, and knows what the tree forgets: the order of the names, and that a key came
// twice. It is never deep, as the tree of a million open brackets would end the program by recursion.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Json root;
  std::vector<std::string> names;  // the outermost keys in the file's order
  std::string problem;             // empty if there is none

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override { return add(std::move(value)); }
  bool binary(Json::binary_t&) override { return true; }  // there is none in a text
  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_array() override { return leave(); }

  bool key(std::string& key) override {
    if (open_.back()->contains(key))
      return stop("the key " + shown_name(key) + " appears twice in the header");
    if (open_.size() == 1) names.push_back(key);
    key_ = std::move(key);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    return stop((is_syntax ? "the header is not JSON: error at byte "
                           : "the header has a number that is too large, at byte ") +
                std::to_string(byte));
  }

 private:
  Json& place(Json value) {
    if (open_.empty()) return root = std::move(value);
    Json& outer = *open_.back();
    if (outer.is_object()) return outer[key_] = std::move(value);
    outer.push_back(std::move(value));
    return outer.back();
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool enter(Json value) {
    constexpr std::size_t deepest = 8;  // a shape is the third level
    if (open_.size() == deepest) return stop("the header is nested too deep");
    open_.push_back(&place(std::move(value)));
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }
  bool stop(std::string reason) {
    problem = std::move(reason);
    return false;
  }

  std::vector<Json*> open_;  // the objects and arrays that have not ended, the outermost first
  std::string key_;          // of the value that comes next
};

// For an error's text, which a long name or value would fill.
std::string cut(std::string text) {
  std::size_t most = 60;
  if (text.size() <= most) return text;
  while ((text[most] & 0xc0) == 0x80) --most;  // not in the middle of a character
  return text.replace(most, std::string::npos, "...");
}

struct Refusal {
  std::string text;
};
[[noreturn]] void refuse(std::string text) { throw Refusal{std::move(text)}; }
[[noreturn]] void refuse_tensor(const std::string& name, const std::string& text) {
  refuse("tensor " + shown_name(name) + ": " + text);
}

std::string shown(const Json& value) { return cut(value.dump(-1, ' ', /*ensure_ascii=*/true)); }

std::map<std::string, std::string> read_metadata(const Json& json) {
  if (!json.is_object()) refuse(std::string("__metadata__ is not an object but ") + json.type_name());
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : json.items()) {
    if (!value.is_string())
      refuse("__metadata__ " + shown_name(key) + " is not a string but " + value.type_name());
    metadata.emplace(key, value.get_ref<const std::string&>());
  }
  return metadata;
}

const FileType* read_type(const std::string& name, const Json& json) {
  if (!json.is_string()) refuse_tensor(name, std::string("dtype is not a string but ") + json.type_name());
  const FileType* type = find_type(json.get_ref<const std::string&>());
  if (!type) refuse_tensor(name, "dtype " + shown(json) + " is not one that can be read");
  return type;
}

Shape read_shape(const std::string& name, const Json& json) {
  if (!json.is_array()) refuse_tensor(name, "shape is not an array of integers from 0 up but " + shown(json));
  if (json.size() > Shape::max_dims) {
    refuse_tensor(name, "shape has " + std::to_string(json.size()) + " dims, at most " +
                            std::to_string(Shape::max_dims) + " can be read");
  }
  Shape shape;
  for (const Json& size : json) {
    if (!size.is_number_unsigned())
      refuse_tensor(name, "shape is not an array of integers from 0 up but " + shown(json));
    shape.push_back(size.get<std::int64_t>());
  }
  // Sizes of 0 are left out: strides are products of the others.
  std::int64_t count = 1;
  for (std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, std::max<std::int64_t>(size, 1), &count) ||
        count > (std::int64_t{1} << 59)) {
      refuse_tensor(name, "shape " + shown(json) + " has more elements than can be counted");
    }
  }
  return shape;
}

Entry read_entry(const std::string& name, const Json& json) {
  if (!json.is_object()) refuse_tensor(name, std::string("is not an object but ") + json.type_name());
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!json.contains(key)) refuse_tensor(name, std::string("has no ") + key);
  }
  for (const auto& [key, value] : json.items()) {
    if (key != "dtype" && key != "shape" && key != "data_offsets")
      refuse_tensor(name, "has an unknown key " + shown_name(key));
  }
  const FileType* const type = read_type(name, json["dtype"]);
  const Shape shape = read_shape(name, json["shape"]);
  const Json& offsets = json["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned()) {
    refuse_tensor(name, "data_offsets are not two integers from 0 up but " + shown(offsets));
  }
  return {name, type, shape, offsets[0].get<std::uint64_t>(), offsets[1].get<std::uint64_t>()};
}

}  // namespace

Header parse_header(const std::string& text) try {
  // The parser would take a NUL for the end, and skip a byte order mark or blanks at the beginning.
  if (text.find('\0') != std::string::npos) refuse("the header contains a NUL character");
  Builder builder;
  if (!Json::sax_parse(text, &builder)) refuse(builder.problem);
  const Json& root = builder.root;
  if (!root.is_object()) refuse(std::string("the header is not a JSON object but ") + root.type_name());
  if (text.front() != '{') refuse("the header does not begin with {");
  Header header;
  for (const std::string& name : builder.names) {
    if (name == "__metadata__") {
      header.metadata = read_metadata(root.at(name));
    } else {
      header.entries.push_back(read_entry(name, root.at(name)));
    }
  }
  return header;
} catch (Refusal& refusal) {
  return {{}, {}, std::move(refusal.text)};
}

std::string quoted(const std::string& text) try {
  return Json(text).dump();
} catch (const Json::type_error&) {
  throw NotUtf8{};
}

std::string shown_name(const std::string& name) {
  return cut(Json(name).dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace xgrad::safetensors
