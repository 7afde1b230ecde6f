#include "config.hpp"

#include <stdexcept>

#include "../command_line/number_text.hpp"

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

}  // namespace

std::map<std::string, std::string> Recipe::metadata() const {
  std::map<std::string, std::string> metadata;
  visit_options(*this, [&](const char* name, auto value) { metadata[name] = number_text(value); });
  return metadata;
}

Recipe Recipe::from_metadata(const std::map<std::string, std::string>& metadata) {
  Recipe recipe;
  visit_options(recipe, [&](const char* name, auto& value) {
    const auto found = metadata.find(name);
    if (found == metadata.end())
      throw std::runtime_error(std::string("the checkpoint has no option ") + name);
    if (!read_number(found->second, value))
      throw std::runtime_error("the checkpoint's option " + found->first + " is no number: " + found->second);
  });
  return recipe;
}

}  // namespace g2p
