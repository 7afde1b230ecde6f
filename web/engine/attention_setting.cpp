#include "attention_setting.hpp"

#include <cmath>
#include <stdexcept>

#include "arguments.hpp"

namespace xgrad::web {

double Setting::scale() const { return scaled ? 1 / std::sqrt(static_cast<double>(heads.d)) : 1; }

nn::Mask Setting::mask() const {
  const nn::Mask order = causal ? nn::Mask::causal() : nn::Mask();
  return padding == 0 ? order : order & nn::Mask::padding(tensor({sentence.size() - padding}));
}

Setting setting_of(const Json& arguments) {
  const Arguments given("attention", arguments);
  const Sentence sentence = sentence_of(words_of(given.text("text")));
  const auto kinds = arguments.at("heads").get<std::vector<std::string>>();
  if (kinds.empty() || kinds.size() > 4) {
    throw std::invalid_argument("[attention] there are 1 to 4 heads, not " + std::to_string(kinds.size()));
  }
  const std::int64_t d = given.whole_number("d", 1, 64);
  if (d % 2 != 0) throw std::invalid_argument("[attention] d must be even, not " + std::to_string(d));
  const std::string mask = given.text("mask");
  if (mask != "none" && mask != "causal") {
    throw std::invalid_argument("[attention] there is no mask \"" + mask + "\"; it is none or causal");
  }
  const auto seed = static_cast<std::uint32_t>(given.whole_number("seed", 0, 9999));
  return {sentence, make_heads(kinds, d, seed), arguments.at("scale").get<bool>(), mask == "causal",
          given.whole_number("padding", 0, sentence.size())};
}

}  // namespace xgrad::web
