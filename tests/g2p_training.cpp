// examples/g2p: the model, its batches, its training and its pictures.

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "g2p/attention_picture.hpp"
#include "g2p/pronounce.hpp"
#include "g2p/trainer.hpp"
#include "support.hpp"

using namespace g2p;
using namespace xgrad;

namespace {

Dictionary words() { return read_dictionary(std::string(XGRAD_GOLDEN_DIR) + "/words.dict"); }

Recipe small_recipe() {
  return {.epochs = 3,
          .batch_tokens = 100,
          .warmup = 2,
          .model = {.d_model = 16, .heads = 2, .layers = 2, .d_hidden = 24, .dropout = 0.1}};
}

// Greedy, without a cache: the likeliest phoneme after all that was said, again and again.
Tokens say_slowly(const Pronouncer& model, const std::string& word, std::int64_t most) {
  const nn::EvalGuard eval(model);
  const data::PaddedSequences letters = spell(model.letters, {word});
  const Variable memory = model.encode(letters.values, letters.lengths);
  Tokens said{Symbols::end};
  while (static_cast<std::int64_t>(said.size()) <= most) {
    const Variable logits = model.decode(tensor(said).unsqueeze(0), memory, letters.lengths);  // (1, T, V)
    said.push_back(argmax(logits.select(1, -1)).item<std::int64_t>());
    if (said.back() == Symbols::end) {
      said.pop_back();
      break;
    }
  }
  said.erase(said.begin());
  return said;
}

}  // namespace

TEST_CASE("batches have the phonemes before and the one to say, for every pronunciation") {
  const Dictionary d = words();
  Batches batches(d.words, d.letters, d.phonemes, 1000, 0);
  CHECK(batches.sampler().num_items() == 44);
  Batches one({{"ab", {"T EY P", "B"}}}, Symbols({"a", "b"}), Symbols({"B", "EY", "P", "T"}), 1000, 0);
  const Batch batch = one.next();  // sorted by length: B first
  CHECK(equal(batch.letters, tensor({{1, 2, 0}, {1, 2, 0}})));
  CHECK(equal(batch.lengths, tensor({3, 3})));
  CHECK(equal(batch.said, tensor({{0, 1, 0, 0}, {0, 4, 2, 3}})));
  CHECK(equal(batch.targets, tensor({{1, 0, -100, -100}, {4, 2, 3, 0}})));
  CHECK(batch.tokens() == 14);
}

TEST_CASE("a pronouncer's metadata that are missing or wrong are named") {
  const Dictionary d = words();
  const auto metadata = Pronouncer(d.letters, d.phonemes, small_recipe().model).metadata();
  const std::string begin = "this is no pronouncer: its metadata have ";
  for (const auto& [key, value] : metadata) {
    auto less = metadata, wrong = metadata;
    less.erase(key);
    CHECK(thrown_text([&] { Pronouncer::from_metadata(less); }) == begin + "no " + key);
    if (key == "letters" || key == "phonemes") continue;
    wrong[key] = "4x";
    CHECK(thrown_text([&] { Pronouncer::from_metadata(wrong); }) == begin + key + " '4x'");
  }
}

TEST_CASE("words of different lengths are read as each one alone") {
  const Dictionary d = words();
  manual_seed(1);
  Pronouncer model(d.letters, d.phonemes, small_recipe().model);
  const nn::EvalGuard eval(model);
  const std::vector<std::string> both{"tape", "token"};
  const auto logits_of = [&](const std::vector<std::string>& read) {
    const data::PaddedSequences letters = spell(model.letters, read);
    const Variable memory = model.encode(letters.values, letters.lengths);
    return model.decode(zeros({static_cast<std::int64_t>(read.size()), 3}, int64), memory, letters.lengths)
        .value();
  };
  const Tensor together = logits_of(both);
  CHECK(max_abs_diff(together.slice(0, 0, 1), logits_of({"tape"})) < 1e-5);
  CHECK(max_abs_diff(together.slice(0, 1, 2), logits_of({"token"})) < 1e-5);
}

TEST_CASE("pronounce says what the plain loop says, whatever the other words are") {
  const Dictionary d = words();
  Recipe recipe = small_recipe();
  recipe.epochs = 30;
  recipe.lr = 1e-2;
  Trainer trainer(d, recipe);
  while (trainer.steps_done() < trainer.steps()) trainer.step();
  std::vector<std::string> some;
  for (const Word& word : d.words) some.push_back(word.spelling);
  const std::vector<Tokens> said = pronounce(trainer.model, some, 1);
  for (std::size_t i = 0; i < some.size(); ++i) {
    CAPTURE(some[i]);
    CHECK(said[i] == say_slowly(trainer.model, some[i], static_cast<std::int64_t>(said[i].size())));
  }
  const auto [shortest, longest] = std::minmax_element(
      said.begin(), said.end(), [](const Tokens& a, const Tokens& b) { return a.size() < b.size(); });
  CHECK(shortest->size() < longest->size());  // so that rows go on without others
  CHECK(trainer.model.is_training());
  CHECK(pronounce(trainer.model, {}, 5).empty());
}

TEST_CASE("a training that is restored goes on bit for bit") {
  const Dictionary d = words();
  Trainer straight(d, small_recipe());
  for (int i = 0; i < 4; ++i) straight.step();
  training::Checkpoint checkpoint = straight.checkpoint();
  for (auto& [name, numbers] : checkpoint.tensors) numbers = numbers.clone();
  std::vector<double> losses;
  for (int i = 0; i < 4; ++i) losses.push_back(straight.step().loss);

  Recipe recipe = Recipe::from_metadata(checkpoint.metadata);
  recipe.model = Pronouncer::from_metadata(checkpoint.metadata).options;
  recipe.model.dropout = small_recipe().model.dropout;
  Trainer restored(d, recipe);
  restored.step();
  restored.load(checkpoint);
  CHECK(restored.steps_done() == 4);
  for (const double loss : losses) CHECK(restored.step().loss == loss);
  const NamedTensors expected = straight.model.state_dict(), state = restored.model.state_dict();
  for (std::size_t i = 0; i < state.size(); ++i) CHECK(equal(state[i].second, expected[i].second));
}

TEST_CASE("the recipe comes back from a checkpoint's strings") {
  const Recipe recipe{
      .epochs = 7, .lr = 0.1 + 0.2, .seed = 18446744073709551615U, .model = {.dropout = 1e-9}};
  const Recipe read = Recipe::from_metadata(recipe.metadata());
  CHECK(read.metadata() == recipe.metadata());
  CHECK(read.lr == 0.1 + 0.2);
  CHECK(read.seed == recipe.seed);
  auto metadata = recipe.metadata();
  metadata["lr"] = "fast";
  CHECK_THROWS_TEXT(Recipe::from_metadata(metadata), "the checkpoint's option lr is no number: fast");
  metadata.erase("lr");
  CHECK_THROWS_TEXT(Recipe::from_metadata(metadata), "the checkpoint has no option lr");
  CHECK_THROWS_TEXT(Pronouncer::from_metadata({}), "this is no pronouncer: its metadata have no ");
}

TEST_CASE("a reading has a row for each phoneme and a column for each letter, with the ends") {
  const Dictionary d = words();
  manual_seed(3);
  Pronouncer model(d.letters, d.phonemes, small_recipe().model);
  const Reading reading = read_word(model, "tape", d.phonemes.numbers("T EY P"));
  CHECK(reading.title() == "tape: T EY P");
  REQUIRE(reading.maps_to_letters().size() == 2);
  CHECK(reading.maps.size() == 6);
  CHECK(reading.weights().shape() == Shape{4, 5});
  CHECK(max_abs_diff(reading.weights().sum(1), ones(4)) < 1e-6);
  double sum = 0;  // over two layers of two heads
  for (const training::AttentionMap& map : reading.maps_to_letters())
    sum += map.weights.at({0, 0, 2, 1}) + map.weights.at({0, 1, 2, 1});
  CHECK(reading.weights().at({2, 1}) == doctest::Approx(sum / 4));
}

TEST_CASE("attention is drawn for a terminal and as SVG") {
  Reading reading{"ab", {"T", "EY"}, {}};
  const Tensor weights = tensor({{1.0, 0.0, 0.0}, {0.25, 0.75, 0.0}, {0.0, 0.0, 1.0}});
  reading.maps = {{"decoder.layers.0.self_attn", zeros({1, 1, 3, 3})},
                  {"decoder.layers.0.multihead_attn", weights.reshape({1, 1, 3, 3})}};
  CHECK(attention_text(reading) ==
        "     a b |\n"
        "  T  @\n"
        "  EY : #\n");
  reading.phonemes = {};
  reading.maps[1].weights = ones({1, 1, 1, 3});
  CHECK(attention_text(reading) == "     a b |\n");

  reading = {"<", {"T"}, {{"multihead_attn", full({1, 2, 2, 2}, 0.5)}}};
  const std::string drawing = attention_drawing({reading, reading});
  CHECK(drawing.starts_with("<svg xmlns="));
  CHECK(drawing.ends_with("</svg>\n"));
  CHECK(drawing.find(">&lt;: T</text>") != std::string::npos);
  CHECK(drawing.find("<:") == std::string::npos);
}
