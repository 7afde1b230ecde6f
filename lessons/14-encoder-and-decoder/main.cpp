// An encoder reads the letters of a word, a decoder says its phonemes. Then both meet words they never saw.
#include <iostream>
#include <sstream>
#include <string>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// Words and their sounds: A as in lot, E as in see, I as in sit, O as in low, Y as in light.
const std::string lesson =
    "night nYt light lYt right rYt sight sYt fight fYt tight tYt know nO low lO tow tO row rO "
    "flight flYt slow slO sow sO knee nE see sE tree trE free frE sit sIt fit fIt lit lIt knit nIt "
    "slit slIt knot nAt lot lAt rot rAt slot slAt tot tAt trot trAt";
const std::string alphabet = "abcdefghijklmnopqrstuvwxyz", sounds = "<>AEIOYflnrst";  // < start, > end
constexpr std::int64_t width = 32, num_sounds = 13;

Tensor tokens_of(const std::string& symbols, const std::string& vocabulary) {
  std::vector<std::size_t> places;
  for (char symbol : symbols) places.push_back(vocabulary.find(symbol));
  return tensor(places);
}

struct Speaker : nn::Module {
  nn::Embedding letter{26, width}, sound{num_sounds, width};
  nn::SinusoidalPositions positions{width};
  nn::Transformer transformer{width, 2, 1, 1, {.dim_feedforward = 64, .dropout = 0, .norm_first = true}};
  nn::Linear head{width, num_sounds};

  Variable encode(const Tensor& letters, const nn::Mask& padding = {}) const {
    return transformer.encoder(positions(letter(letters)), padding);
  }
  Variable decode(const Tensor& said, const Variable& memory, const nn::Mask& padding = {}) const {
    return head(transformer.decoder(positions(sound(said)), memory, nn::Mask::causal(), padding));
  }
  void visit(nn::Visitor& v) const override {
    v("letter", letter)("sound", sound)("transformer", transformer)("head", head);
  }
};

std::string say(const Speaker& speaker, const std::string& word) {
  const Variable memory = speaker.encode(tokens_of(word, alphabet).unsqueeze(0));  // read once
  std::string said = "<";
  while (said.back() != '>' && said.size() < 9) {
    const Variable logits = speaker.decode(tokens_of(said, sounds).unsqueeze(0), memory);
    said += sounds[static_cast<std::size_t>(argmax(logits.select(1, -1)).item<std::int64_t>())];
  }
  return said;
}

int main(int argc, char**) {
  manual_seed(0);
  std::vector<Tensor> spelled, read, wanted;
  std::istringstream words(lesson);
  for (std::string word, sound; words >> word >> sound;) {
    spelled.push_back(tokens_of(word, alphabet));
    read.push_back(tokens_of("<" + sound, sounds));
    wanted.push_back(tokens_of(sound + ">", sounds));
  }
  const auto [letters, lengths] = data::pad_sequence(spelled);
  const Tensor said = data::pad_sequence(read).values, targets = data::pad_sequence(wanted, -100).values;
  const nn::Mask padding = nn::Mask::padding(lengths);
  Speaker speaker;
  optim::AdamW optimizer(speaker.parameters(), {.lr = 5e-3});
  for (int step = 0; step < 100; ++step) {
    const Variable logits = speaker.decode(said, speaker.encode(letters, padding), padding);
    optimizer.zero_grad();
    cross_entropy(logits.transpose(1, 2), targets).backward();
    optimizer.step();
  }
  int right = 0;
  std::istringstream again(lesson);
  for (std::string word, sound; again >> word >> sound;) right += say(speaker, word) == "<" + sound + ">";
  std::cout << right << " words of " << spelled.size() << " are right\n";
  for (const char* word : {"knight", "flow", "flit"}) std::cout << word << ' ' << say(speaker, word) << '\n';
  const auto run = [&] { say(speaker, "knight"); };
  for (const auto& [layer, weights] : training::attention_maps(speaker, run)) {
    std::cout << layer << ' ' << weights.shape() << '\n';
    if (argc > 1) std::cout << mean(weights, 1) << '\n';  // over the heads
  }
}
