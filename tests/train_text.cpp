// Training on text, as examples/train_transformer has it.

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "run.hpp"
#include "sample.hpp"
#include "support.hpp"
#include "text.hpp"
#include "train.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

const std::string passage_path = std::string(XGRAD_GOLDEN_DIR) + "/text.txt";
const Tensor& numbers(const std::string& key) { return golden("text", key); }

std::u32string points(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

nn::GPT small_model(const Text& text, double dropout = 0) {
  return nn::GPT({.vocab_size = text.vocabulary().size(),
                  .context = text.context(),
                  .d_model = 32,
                  .num_layers = 2,
                  .num_heads = 4,
                  .dropout = dropout});
}

// A file that is gone at the end of the test.
struct File {
  explicit File(const std::string& bytes)
      : path(std::filesystem::temp_directory_path() / "xgrad_train_text.txt") {
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~File() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string read_and_name(const std::string& bytes) {
  const File file(bytes);
  return thrown_text([&] { static_cast<void>(read_text(file.path)); });
}

}  // namespace

TEST_CASE("UTF-8 is read, and refused, as Python does") {
  const std::vector<std::int64_t> bytes = numbers("utf8/bytes").to_vector<std::int64_t>();
  const std::vector<std::int64_t> expected = numbers("utf8/points").to_vector<std::int64_t>();
  auto byte = bytes.begin();
  auto point = expected.begin();
  for (std::int64_t i = 0; i < numbers("utf8/lengths").numel(); ++i) {
    CAPTURE(i);
    const std::string string(byte, byte + numbers("utf8/lengths").select(0, i).item<std::int64_t>());
    byte += static_cast<std::ptrdiff_t>(string.size());
    const auto position = numbers("utf8/positions").select(0, i).item<std::int64_t>();
    if (position >= 0) {
      CHECK_THROWS_TEXT(decode_utf8(string, "it"), "at position " + std::to_string(position) + ", counted");
      continue;
    }
    const std::u32string text = decode_utf8(string, "it");
    REQUIRE(expected.end() - point >= static_cast<std::ptrdiff_t>(text.size()));
    CHECK(text == std::u32string(point, point + static_cast<std::ptrdiff_t>(text.size())));
    CHECK(encode_utf8(text) == string);
    point += static_cast<std::ptrdiff_t>(text.size());
  }
  CHECK(byte == bytes.end());
  CHECK(point == expected.end());
}

TEST_CASE("a file that is no text is named, with the byte and its position") {
  const std::string name = (std::filesystem::temp_directory_path() / "xgrad_train_text.txt").string();
  const std::string no_text = name + " is not text in UTF-8: ";
  CHECK(read_and_name("") == name + " is empty: there is nothing to learn from");
  CHECK(read_and_name(std::string("ab\0cd", 5)) ==
        no_text + "byte 0x00 at position 2, counted from 0, is a NUL");
  CHECK(read_and_name("é\xff") ==
        no_text + "byte 0xFF at position 2, counted from 0, starts no valid character");
  // beyond the first part that is read
  CHECK(read_and_name(std::string(100000, 'a') + "\xE2\x82") ==
        no_text + "byte 0xE2 at position 100000, counted from 0, starts no valid character");
  CHECK_THROWS_TEXT(read_text("/nowhere/at all"), "cannot read /nowhere/at all: No such file or directory");
  const std::string folder = std::filesystem::temp_directory_path().string();
  CHECK_THROWS_TEXT(read_text(folder), "cannot read " + folder + ": Is a directory");
}

TEST_CASE("the vocabulary is the text's characters in the order of their code points") {
  const std::u32string passage = read_text(passage_path);
  const Vocabulary vocabulary(passage);
  CHECK(vocabulary.characters() == points(numbers("vocabulary").to_vector<std::int64_t>()));
  CHECK(vocabulary.size() == numbers("vocabulary").numel());

  const Vocabulary small(U"b\n🐋aéb");
  CHECK(small.characters() == U"\nabé🐋");
  CHECK(small.tokens(U"a🐋\nb", "it") == std::vector<std::int64_t>{1, 4, 0, 2});
  CHECK(small.character(3) == U'é');
  CHECK(thrown_text([&] { static_cast<void>(small.tokens(U"acb\tcü", "--prompt")); }) ==
        "--prompt has characters that the text does not have: 'c' (U+0063), U+0009, 'ü' (U+00FC)");
}

TEST_CASE("both parts of a text must be longer than the context") {
  const std::u32string characters(100, U'a');  // 90 and 10
  CHECK_NOTHROW(Text(characters, 9));
  CHECK(thrown_text([&] { Text(characters, 10); }) ==
        "the text is too short: its parts, 90 characters to train on and 10 to validate, must both be longer "
        "than "
        "--context 10; take a longer text, or a --context up to 9");
  CHECK(thrown_text([&] { Text(U"abc", 1); }) ==
        "the text is too short: its parts, 2 characters to train on and 1 to validate, must both be longer "
        "than "
        "--context 1; take a longer text");
}

TEST_CASE("batches are PyTorch's windows of the training part, and no others") {
  const Text text(read_text(passage_path), 16);
  Generator generator(5);
  const Batch batch = text.next_batch(6, generator);
  CHECK(batch.tokens.shape() == Shape{6, 16});
  CHECK(equal(batch.tokens, numbers("tokens")));
  CHECK(equal(batch.targets, numbers("targets")));
  CHECK_FALSE(equal(text.next_batch(6, generator).tokens, batch.tokens));

  // Training sees 0 to 17, so windows start at 0 to 3, and the last one's last target is 17.
  std::u32string alphabet;
  for (char32_t c = U'a'; alphabet.size() < 20; ++c) alphabet += c;
  const Text letters(alphabet, 1);
  std::set<std::int64_t> starts;
  const Batch many = letters.next_batch(1000, generator);
  CHECK(equal(many.targets, (many.tokens + 1).value()));
  for (const std::int64_t token : many.tokens.to_vector<std::int64_t>()) starts.insert(token);
  CHECK(starts.size() == 17);
  CHECK(*starts.begin() == 0);
  CHECK(*starts.rbegin() == 16);
}

TEST_CASE("ten losses on a text, and the validation loss after them, are PyTorch's from the same seeds") {
  const Text text(read_text(passage_path), 16);
  manual_seed(3);
  nn::GPT model = small_model(text);
  Generator batches(4);
  const Config config{
      .steps = 12, .lr = 1e-2, .warmup = 4, .weight_decay = 0.1, .min_lr = 1e-3, .beta2 = 0.99};
  const auto is_golden = [](double value, const Tensor& expected) {
    CHECK(value == doctest::Approx(expected.item<double>()).epsilon(1e-4).scale(0));
  };
  std::int64_t steps = 0;
  const auto check = [&](const Step& step) {
    CAPTURE(step.number);
    CHECK(step.number == ++steps);
    if (step.number <= 10) is_golden(step.loss, numbers("losses").select(0, step.number - 1));
    if (step.number != 10) return;
    // 11 windows, whatever the size of the batches
    for (const std::int64_t size : {1, 4, 11, 64})
      is_golden(text.validation_loss(model, size).value(), numbers("validation_loss"));
  };
  CHECK(train(
      model, config, [&] { return text.next_batch(6, batches); }, check));
  CHECK(steps == 12);
}

TEST_CASE("training that diverges says at which step, and what to try") {
  const Text text(read_text(passage_path), 16);
  const auto error_of = [&](double weight, double lr) {
    manual_seed(0);
    nn::GPT model = small_model(text);
    model.token.weight.value().mul_(weight);
    Generator batches(0);
    return thrown_text([&] {
      train(
          model, {.steps = 3, .lr = lr, .warmup = 0}, [&] { return text.next_batch(4, batches); },
          [](const Step&) {});
    });
  };
  CHECK(error_of(NAN, 1e-3) == "step 1: the loss is nan; try a lower --lr");
  CHECK(error_of(1, 1e-3) == "(nothing was thrown)");
  CHECK(error_of(1, 1e30).starts_with("step 2: the loss is "));
}

TEST_CASE("validation and samples leave training as it would have been") {
  const Text text(read_text(passage_path), 16);
  std::vector<std::vector<double>> losses;
  for (const bool looks : {false, true}) {
    manual_seed(0);
    nn::GPT model = small_model(text, /*dropout=*/0.2);
    Generator batches(1), samples(2);
    losses.emplace_back();
    const auto look = [&](const Step& step) {
      losses.back().push_back(step.loss);
      if (!looks) return;
      const double once = text.validation_loss(model, 4).value();
      std::ostringstream out;
      write_sample(model, text.vocabulary(), {.prompt = {0}, .length = 5}, samples, out);
      CHECK(model.is_training());
      CHECK(text.validation_loss(model, 4).value() == once);  // so without dropout
    };
    train(
        model, {.steps = 6, .lr = 1e-2, .warmup = 0}, [&] { return text.next_batch(4, batches); }, look);
  }
  CHECK(losses[0] == losses[1]);
}

TEST_CASE("training goes on as before where an error ends a sample") {
  const Text text(read_text(passage_path), 16);
  nn::GPT model = small_model(text);
  std::ostringstream out;
  const std::int64_t none = text.vocabulary().size();  // the model has no such token
  for (const bool training : {true, false}) {
    model.train(training);
    CHECK_THROWS_TEXT(write_sample(model, text.vocabulary(), {.prompt = {none}}, default_generator(), out),
                      "[embedding] ");
    CHECK(model.is_training() == training);
    CHECK(model.blocks[0].dropout.is_training() == training);
    CHECK(grad_enabled());
  }
}

TEST_CASE("a class is drawn as often as the softmax says") {
  const std::vector<double> logits = {1, -2, 0.5, 0};
  for (const double temperature : {0.5, 1.0, 3.0}) {
    CAPTURE(temperature);
    const Tensor expected = softmax(tensor(logits) / temperature, 0).value();
    Generator generator(0);
    std::vector<double> counts(4, 0);
    for (int i = 0; i < 20000; ++i) ++counts[static_cast<std::size_t>(draw(logits, temperature, generator))];
    for (std::int64_t i = 0; i < 4; ++i) {
      const double p = expected.select(0, i).item<double>();  // five standard deviations
      CHECK(std::abs(counts[static_cast<std::size_t>(i)] / 20000 - p) < 5 * std::sqrt(p * (1 - p) / 20000));
    }
  }
  Generator generator(0);
  for (int i = 0; i < 100; ++i) CHECK(draw({0, 5, 4.999}, 1e-300, generator) == 1);
}

TEST_CASE("a sample goes on from the prompt, seeing as much as the context holds") {
  const Text text(read_text(passage_path), 4);
  manual_seed(0);
  nn::GPT model = small_model(text);
  for (const auto& [name, parameter] : model.named_parameters()) {
    if (parameter.dim() == 2) nn::init::normal_(parameter);  // so large that every character counts
  }
  const Vocabulary& vocabulary = text.vocabulary();
  std::vector<std::int64_t> tokens = vocabulary.tokens(U"Zoë waits", "it");
  Generator generator(0);
  std::ostringstream out;
  write_sample(model, vocabulary, {.prompt = tokens, .length = 12, .temperature = 1e-9}, generator, out);
  std::u32string likeliest;
  for (int i = 0; i < 12; ++i) {
    const Tensor seen = tensor(std::vector(tokens.end() - 4, tokens.end())).reshape({1, 4});
    tokens.push_back(argmax(model(seen).value().select(1, -1), -1).item<std::int64_t>());
    likeliest += vocabulary.character(tokens.back());
  }
  CHECK(out.str() == encode_utf8(likeliest));

  const auto sampled = [&](std::uint64_t seed) {
    Generator own(seed);
    std::ostringstream written;
    write_sample(model, vocabulary, {.prompt = {3}, .length = 30}, own, written);
    CHECK(decode_utf8(written.str(), "the sample").size() == 30);
    return written.str();
  };
  CHECK(sampled(1) == sampled(1));
  CHECK(sampled(1) != sampled(2));
}

TEST_CASE("a saved model tells its vocabulary") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "xgrad_train_text_run";
  std::filesystem::remove_all(path);
  const nn::Linear model(2, 2);
  RunFolder(path).save(model, {{"vocabulary", "\n a\"é🐋"}});
  CHECK(load_safetensors(path / "model.safetensors").metadata.at("vocabulary") == "\n a\"é🐋");
  CHECK_NOTHROW(nn::Linear(2, 2).load(path / "model.safetensors"));
  std::filesystem::remove_all(path);
}
