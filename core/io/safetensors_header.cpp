#include <xgrad/core/io/safetensors_header.hpp>

#include <cstdint>
#include <unordered_set>
#include <utility>

namespace xgrad::safetensors {
namespace {

using Json = nlohmann::json;

// Looks a header through before a tree is made of it. The tree would forget the order of the names and all
// but one of equal keys, and the tree of a million open brackets ends the program by recursion.
class Scan : public nlohmann::json_sax<Json> {
 public:
  std::vector<std::string> names;  // the outermost keys in the file's order
  std::string problem;             // empty if there is none

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(std::int64_t) override { return true; }
  bool number_unsigned(std::uint64_t) override { return true; }
  bool number_float(double, const std::string&) override { return true; }
  bool string(std::string&) override { return true; }
  bool binary(Json::binary_t&) override { return true; }
  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(); }
  bool end_array() override { return leave(); }

  bool key(std::string& key) override {
    if (!keys_.back().insert(key).second)
      return refuse("the key " + shown_name(key) + " appears twice in the header");
    if (keys_.size() == 1) names.push_back(key);
    return true;
  }

  bool parse_error(std::size_t byte, const std::string&, const nlohmann::detail::exception& error) override {
    const bool is_syntax = dynamic_cast<const Json::parse_error*>(&error) != nullptr;
    return refuse((is_syntax ? "the header is not JSON: error at byte "
                             : "the header has a number that is too large, at byte ") +
                  std::to_string(byte));
  }

 private:
  bool enter() {
    constexpr std::size_t deepest = 8;  // a shape is the third level
    if (keys_.size() == deepest) return refuse("the header is nested too deep");
    keys_.emplace_back();
    return true;
  }
  bool leave() {
    keys_.pop_back();
    return true;
  }
  bool refuse(std::string reason) {
    problem = std::move(reason);
    return false;
  }

  std::vector<std::unordered_set<std::string>> keys_;  // of each object that is open
};

}  // namespace

Header parse_header(const std::string& text) {
  Scan scan;
  if (!Json::sax_parse(text, &scan)) return {{}, {}, scan.problem};
  Json json = Json::parse(text);
  if (!json.is_object())
    return {{}, {}, std::string("the header is not a JSON object but ") + json.type_name()};
  return {std::move(json), std::move(scan.names), ""};
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
