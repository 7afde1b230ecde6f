#include <xgrad/core/io/safetensors_header.hpp>

#include <cstdint>
#include <utility>
#include <vector>

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
      return refuse("the key " + shown_name(key) + " appears twice in the header");
    if (open_.size() == 1) names.push_back(key);
    key_ = std::move(key);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    return refuse((is_syntax ? "the header is not JSON: error at byte "
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
    if (open_.size() == deepest) return refuse("the header is nested too deep");
    open_.push_back(&place(std::move(value)));
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }
  bool refuse(std::string reason) {
    problem = std::move(reason);
    return false;
  }

  std::vector<Json*> open_;  // the objects and arrays that have not ended, the outermost first
  std::string key_;          // of the value that comes next
};

}  // namespace

Header parse_header(const std::string& text) {
  Builder builder;
  if (!Json::sax_parse(text, &builder)) return {{}, {}, builder.problem};
  if (!builder.root.is_object()) {
    return {{}, {}, std::string("the header is not a JSON object but ") + builder.root.type_name()};
  }
  return {std::move(builder.root), std::move(builder.names), ""};
}

std::string quoted(const std::string& text) try {
  return Json(text).dump();
} catch (const Json::type_error&) {
  throw NotUtf8{};
}

std::string shown_name(const std::string& name) {
  return Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string shown_value(const Json& value) {
  constexpr std::size_t most = 60;
  std::string text = value.dump(-1, ' ', /*ensure_ascii=*/true);
  if (text.size() > most) text.replace(most, std::string::npos, "...");
  return text;
}

}  // namespace xgrad::safetensors
