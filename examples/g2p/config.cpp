#include "config.hpp"

#include <charconv>
#include <stdexcept>
#include <system_error>

namespace g2p {
namespace {

// Every option with its name.
template <class R, class Visit>
void visit_options(R& recipe, const Visit& visit) {
  visit("epochs", recipe.epochs);
  visit("batch_tokens", recipe.batch_tokens);
  visit("lr", recipe.lr);
  visit("warmup", recipe.warmup);
  visit("weight_decay", recipe.weight_decay);
  visit("label_smoothing", recipe.label_smoothing);
  visit("seed", recipe.seed);
  visit("dropout", recipe.model.dropout);
}

// With the fewest digits that give a number back.
template <class T>
std::string text_of(T value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

}  // namespace

std::map<std::string, std::string> Recipe::metadata() const {
  std::map<std::string, std::string> metadata;
  visit_options(*this, [&](const char* name, auto value) { metadata[name] = text_of(value); });
  return metadata;
}

Recipe Recipe::from_metadata(const std::map<std::string, std::string>& metadata) {
  Recipe recipe;
  visit_options(recipe, [&](const char* name, auto& value) {
    const auto found = metadata.find(name);
    if (found == metadata.end())
      throw std::runtime_error(std::string("the checkpoint has no option ") + name);
    const char* const end = found->second.data() + found->second.size();
    const auto [stop, error] = std::from_chars(found->second.data(), end, value);
    if (error != std::errc() || stop != end)
      throw std::runtime_error("the checkpoint's option " + found->first + " is no number: " + found->second);
  });
  return recipe;
}

}  // namespace g2p
