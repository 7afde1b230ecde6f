#include <xgrad/core/io/safetensors_header.hpp>

#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

namespace xgrad::safetensors {
namespace {

using Json = nlohmann::json;

// Makes the entries while the parser reads the header, and throws the first Problem. A tree of the header
// would take many times the memory; and nlohmann's destructor of a tree allocates, so it would end the
// program when memory has run out.
class HeaderBuilder : public nlohmann::json_sax<Json> {
 public:
  Header header;

  bool null() override { return value("null", "null"); }
  bool boolean(bool is_true) override { return value("boolean", is_true ? "true" : "false"); }
  bool number_integer(std::int64_t number) override { return value("number", std::to_string(number)); }
  bool number_unsigned(std::uint64_t number) override {
    return value("number", std::to_string(number), number);
  }
  bool number_float(double, const std::string& text) override { return value("number", text); }
  bool string(std::string& text) override {
    if (depth_ == 2 && in_metadata_) {
      string_->second = std::move(text);
      return true;
    }
    value("string", quoted(text.substr(0, 2 * most_shown)));
    if (depth_ == 2 && field_) field_->string = std::move(text);
    return true;
  }
  bool binary(Json::binary_t&) override { return true; }  // JSON text has none
  bool start_object(std::size_t) override { return enter("object", "{"); }
  bool end_object() override { return leave('}'); }
  bool start_array(std::size_t) override { return enter("array", "["); }
  bool end_array() override { return leave(']'); }

  bool key(std::string& key) override {
    if (depth_ == 1) {
      check_is_new(names_.insert(key).second, key);
      in_metadata_ = key == "__metadata__";
      name_ = std::move(key);
      fields_ = {};
    } else if (depth_ == 2 && in_metadata_) {
      bool is_new = false;
      std::tie(string_, is_new) = header.metadata.try_emplace(std::move(key));
      check_is_new(is_new, string_->first);
      if (header.metadata.size() > metadata_limit)
        throw Problem{"__metadata__ is over the limit of " + std::to_string(metadata_limit) + " strings"};
    } else if (depth_ == 2) {
      field_ = fields_.find(key);
      check_is_new(!field_ || field_->kind.empty(), key);
    } else if (field_) {
      field_->add_json(quoted(key.substr(0, 2 * most_shown)) + ':');
    }
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    const bool is_utf8 = std::string_view(error.what()).find("UTF-8") == std::string_view::npos;
    throw Problem{(!is_utf8    ? "the header is not UTF-8: error at byte "
                   : is_syntax ? "the header is not JSON: error at byte "
                               : "the header has a number that is too large, at byte ") +
                  std::to_string(byte)};
  }

 private:
  static void check_is_new(bool is_new, const std::string& key) {
    if (!is_new) throw Problem{"the key " + shown_name(key) + " appears twice in the header"};
  }

  // Called for each value; for an object or an array, when it begins.
  bool value(const std::string& kind, const std::string& json, std::optional<std::uint64_t> number = {}) {
    if (depth_ == 0) {
      if (kind != "object") throw Problem{"the header is not a JSON object but " + kind};
    } else if (depth_ == 1 && in_metadata_) {
      // The format's reference reader takes null, too.
      if (kind != "object" && kind != "null") throw Problem{"__metadata__ is not an object but " + kind};
    } else if (depth_ == 1) {
      if (kind != "object") throw tensor_problem(name_, "is not an object but " + kind);
    } else if (in_metadata_) {
      throw Problem{"__metadata__ " + shown_name(string_->first) + " is not a string but " + kind};
    } else if (field_) {
      if (depth_ == 2) field_->kind = kind;
      if (depth_ == 3) field_->add_element(number);
      field_->add_json(json);
    }
    return true;
  }
  bool enter(const char* kind, const char* bracket) {
    constexpr int deepest = 8;  // a shape is the third level
    if (depth_ == deepest) throw Problem{"the header is nested too deep"};
    value(kind, bracket);
    ++depth_;
    return true;
  }
  bool leave(char bracket) {
    --depth_;
    if (depth_ == 1 && !in_metadata_) header.entries.push_back(read_entry(name_, fields_));
    if (depth_ > 1 && field_) field_->end_json(bracket);
    return true;
  }

  int depth_ = 0;                                        // open objects and arrays
  std::set<std::string> names_;                          // keys of the header's object
  bool in_metadata_ = false;                             // else in the object of the tensor `name_`
  std::map<std::string, std::string>::iterator string_;  // the current string of the metadata
  std::string name_;
  Fields fields_;           // of that tensor
  Field* field_ = nullptr;  // the current one; null for an ignored key
};

}  // namespace

Header parse_header(const std::string& text) {
  // The parser would take a NUL for the end, and skip a byte order mark or blanks at the beginning.
  if (text.find('\0') != std::string::npos) throw Problem{"the header contains a NUL character"};
  HeaderBuilder builder;
  Json::sax_parse(text, &builder);
  if (text.front() != '{') throw Problem{"the header does not begin with {"};
  return std::move(builder.header);
}

}  // namespace xgrad::safetensors
