#include "attention_setting.hpp"

#include <cmath>
#include <stdexcept>

namespace xgrad::web {

double Setting::scale() const { return scaled ? 1 / std::sqrt(static_cast<double>(heads.d)) : 1; }

nn::Mask Setting::mask() const {
  const nn::Mask order = causal ? nn::Mask::causal() : nn::Mask();
  return padding == 0 ? order : order & nn::Mask::padding(tensor({sentence.size() - padding}));
}

std::int64_t whole_number(const Json& arguments, const std::string& name, std::int64_t least,
                          std::int64_t most) {
  const Json& value = arguments.at(name);
  if (!value.is_number_integer() || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
    throw std::invalid_argument("[attention] " + name + " must be a whole number from " +
                                std::to_string(least) + " to " + std::to_string(most) + ", not " +
                                value.dump());
  }
  return value.get<std::int64_t>();
}

Setting setting_of(const Json& arguments) {
  const Sentence sentence = sentence_of(words_of(arguments.at("text").get<std::string>()));
  const auto kinds = arguments.at("heads").get<std::vector<std::string>>();
  if (kinds.empty() || kinds.size() > 4) {
    throw std::invalid_argument("[attention] there are 1 to 4 heads, not " + std::to_string(kinds.size()));
  }
  const std::int64_t d = whole_number(arguments, "d", 1, 64);
  if (d % 2 != 0) throw std::invalid_argument("[attention] d must be even, not " + std::to_string(d));
  const auto mask = arguments.at("mask").get<std::string>();
  if (mask != "none" && mask != "causal") {
    throw std::invalid_argument("[attention] there is no mask \"" + mask + "\"; it is none or causal");
  }
  const auto seed = static_cast<std::uint32_t>(whole_number(arguments, "seed", 0, 9999));
  return {sentence, make_heads(kinds, d, seed), arguments.at("scale").get<bool>(), mask == "causal",
          whole_number(arguments, "padding", 0, sentence.size())};
}

}  // namespace xgrad::web
