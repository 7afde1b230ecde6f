// Training and sampling in examples/train_transformer.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "sample.hpp"
#include "support.hpp"
#include "text.hpp"
#include "train.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

const std::string passage_path = std::string(XGRAD_GOLDEN_DIR) + "/text.txt";
const Tensor& numbers(const std::string& key) { return golden("text", key); }

nn::GPT small_model(const Text& text, std::int64_t context = 16, double dropout = 0) {
  return nn::GPT({.vocab_size = text.vocabulary().size(),
                  .context = context,
                  .d_model = 32,
                  .num_layers = 2,
                  .num_heads = 4,
                  .dropout = dropout});
}

// Gives the model the same logits everywhere: the input of its head is only the bias of the norm.
void init_to_say(const nn::GPT& model, const Tensor& logits) {
  nn::init::zeros_(model.norm.weight);
  nn::init::ones_(model.norm.bias);
  nn::init::zeros_(model.head.weight);
  model.head.weight.value().select(1, 0).copy_(logits);
}

}  // namespace

TEST_CASE("ten losses on a text and the validation loss after them equal PyTorch's from the same seeds") {
  for (const bool mixed : {false, true}) {
    CAPTURE(mixed);
    const Text text(read_text(passage_path), 16);
    manual_seed(3);
    nn::GPT model = small_model(text);
    Generator batches(4);
    const Config config{.steps = 12,
                        .lr = 1e-2,
                        .warmup = 4,
                        .weight_decay = 0.1,
                        .mixed_precision = mixed,
                        .min_lr = 1e-3,
                        .beta2 = 0.99};
    const double tolerance = mixed ? 5e-3 : 1e-4;  // PyTorch's losses are those of float32
    double largest = 0;
    const auto is_golden = [&](double value, const Tensor& expected) {
      CHECK(value == doctest::Approx(expected.item<double>()).epsilon(tolerance).scale(0));
      largest = std::max(largest, std::abs(value / expected.item<double>() - 1));
    };
    std::int64_t steps = 0;
    const auto check = [&](const Step& step) {
      CAPTURE(step.number);
      CHECK(step.number == ++steps);
      if (step.number <= 10) is_golden(step.loss, numbers("losses").select(0, step.number - 1));
      if (step.number != 10) return;
      // 11 windows, for every size of the batches
      for (const std::int64_t size : {1, 4, 11, 64})
        is_golden(text.validation_loss(model, size), numbers("validation_loss"));
    };
    const auto next_batch = [&] { return text.next_batch(6, batches); };
    Trainer trainer(model, config);
    CHECK(fit(trainer, config, {.next_batch = next_batch, .after_step = check}));
    CHECK(steps == 12);
    CHECK((largest > 1e-4) == mixed);
  }
}

TEST_CASE("training that diverges says at which step, and what to try") {
  const Text text(read_text(passage_path), 16);
  const auto error_of = [&](double weight, double lr, std::int64_t steps = 3) {
    manual_seed(0);
    nn::GPT model = small_model(text);
    model.token.weight.value().mul_(weight);
    Generator batches(0);
    const auto next_batch = [&] { return text.next_batch(4, batches); };
    const Config config{.steps = steps, .lr = lr, .warmup = 0};
    Trainer trainer(model, config);
    return thrown_text([&] { fit(trainer, config, {.next_batch = next_batch}); });
  };
  CHECK(error_of(NAN, 1e-3) == "step 1: the loss is nan; no model is saved; try a lower --lr");
  CHECK(error_of(1, 1e-3) == "(nothing was thrown)");
  CHECK(error_of(1, 1e30).starts_with("step 2: the loss is "));
  // No later step shows that the last one diverged.
  CHECK(error_of(1, 1e30, 1) == "after step 1: the loss is nan; no model is saved; try a lower --lr");
  CHECK(error_of(1, 1e39, 1) ==
        "after step 1: token.weight is not finite; no model is saved; try a lower --lr");
}

TEST_CASE("validation and samples do not change the training") {
  const Text text(read_text(passage_path), 16);
  std::vector<std::vector<double>> losses;
  for (const bool looks : {false, true}) {
    manual_seed(0);
    nn::GPT model = small_model(text, 16, /*dropout=*/0.2);
    Generator batches(1), samples(2);
    losses.emplace_back();
    const auto look = [&](const Step& step) {
      losses.back().push_back(step.loss);
      if (!looks) return;
      const double once = text.validation_loss(model, 4);
      std::ostringstream out;
      write_sample(model, text.vocabulary(), {.prompt = {0}, .length = 5}, samples, out);
      CHECK(model.is_training());
      CHECK(text.validation_loss(model, 4) == once);  // so dropout is off
    };
    const auto next_batch = [&] { return text.next_batch(4, batches); };
    const Config config{.steps = 6, .lr = 1e-2, .warmup = 0};
    Trainer trainer(model, config);
    fit(trainer, config, {.next_batch = next_batch, .after_step = look});
  }
  CHECK(losses[0] == losses[1]);
}

TEST_CASE("an error in a sample does not change the training") {
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

TEST_CASE("characters are sampled with the probabilities of the softmax") {
  const Vocabulary vocabulary = Vocabulary::of(U"abcd");
  nn::GPT model({.vocab_size = 4, .context = 1, .d_model = 4, .num_layers = 0, .tied_head = false});
  const Tensor logits = tensor({1.0, -2.0, 0.5, 0.0});
  init_to_say(model, logits);
  constexpr int count = 20000;
  for (const double temperature : {0.5, 1.0, 3.0}) {
    CAPTURE(temperature);
    const Tensor expected = softmax(logits / temperature, 0).value();
    Generator generator(0);
    std::ostringstream out;
    write_sample(model, vocabulary, {.prompt = {0}, .length = count, .temperature = temperature}, generator,
                 out);
    const std::string written = out.str();
    for (std::int64_t i = 0; i < 4; ++i) {
      const double p = expected.select(0, i).item<double>();  // five standard deviations
      const auto times = std::count(written.begin(), written.end(), static_cast<char>('a' + i));
      CHECK(std::abs(static_cast<double>(times) / count - p) < 5 * std::sqrt(p * (1 - p) / count));
    }
  }
  std::ostringstream out;
  init_to_say(model, tensor({0.0, 5.0, 4.999, 0.0}));
  write_sample(model, vocabulary, {.prompt = {0}, .length = 100, .temperature = 1e-300}, default_generator(),
               out);
  CHECK(out.str() == std::string(100, 'b'));
}

TEST_CASE("a sample continues the prompt and sees as much of it as the context holds") {
  const Text text(read_text(passage_path), 4);
  manual_seed(0);
  nn::GPT model = small_model(text, 4);
  for (const auto& [name, parameter] : model.named_parameters()) {
    if (parameter.dim() == 2)
      nn::init::normal_(parameter);  // large, so that every character changes the result
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
