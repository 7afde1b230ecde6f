#include "reading.hpp"

#include "pronounce.hpp"

using namespace xgrad;

namespace g2p {

std::vector<training::AttentionMap> Reading::maps_to_letters() const {
  std::vector<training::AttentionMap> to_letters;
  for (const training::AttentionMap& map : maps) {
    if (map.layer.ends_with("multihead_attn")) to_letters.push_back(map);
  }
  return to_letters;
}

Tensor Reading::weights() const {
  std::vector<Variable> layers;
  for (const training::AttentionMap& map : maps_to_letters())
    layers.push_back(map.weights.select(0, 0).mean(0));  // (1, H, T, S) → (T, S)
  return stack(layers, 0).mean(0).value();
}

std::vector<std::string> Reading::letters_and(const std::string& end) const {
  std::vector<std::string> letters;
  for (const char letter : word) letters.emplace_back(1, letter);
  letters.push_back(end);
  return letters;
}

std::vector<std::string> Reading::phonemes_and(const std::string& end) const {
  std::vector<std::string> names = phonemes;
  names.push_back(end);
  return names;
}

std::string Reading::title() const {
  std::string title = word + ':';
  for (const std::string& phoneme : phonemes) title += ' ' + phoneme;
  return title;
}

Reading read_word(Pronouncer& model, const std::string& word, const Tokens& phonemes) {
  const data::PaddedSequences letters = spell(model.letters, {word});
  Tokens said{Symbols::end};
  said.insert(said.end(), phonemes.begin(), phonemes.end());
  Reading reading{word, {}, training::attention_maps(model, [&] {
                    const Variable memory = model.encode(letters.values, letters.lengths);
                    model.decode(tensor(said).unsqueeze(0), memory, letters.lengths);
                  })};
  for (const std::int64_t phoneme : phonemes) reading.phonemes.push_back(model.phonemes.name(phoneme));
  return reading;
}

}  // namespace g2p
