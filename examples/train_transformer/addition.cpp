#include "addition.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>

#include "model.hpp"

using namespace xgrad;

namespace {

constexpr std::int64_t numbers = Sum::numbers;
constexpr std::int64_t first_digit = 7;  // the position of '=', which predicts the first digit of the sum
constexpr std::int64_t not_predicted = -100;  // cross_entropy's ignore_index

std::int64_t token(char c) { return c == '+' ? 10 : c == '=' ? 11 : c - '0'; }

Batch encode(const std::vector<std::string>& texts) {
  const auto count = static_cast<std::int64_t>(texts.size());
  constexpr std::int64_t T = Addition::context;
  Batch batch{empty({count, T}, int64), empty({count, T}, int64)};
  auto* tokens = batch.tokens.mutable_data<std::int64_t>();
  auto* targets = batch.targets.mutable_data<std::int64_t>();
  for (const std::string& text : texts) {
    for (std::int64_t t = 0; t < T; ++t) {
      *tokens++ = token(text[static_cast<std::size_t>(t)]);
      *targets++ = t < first_digit ? not_predicted : token(text[static_cast<std::size_t>(t + 1)]);
    }
  }
  return batch;
}

// How many of the texts, such as "042+917=0959", the model predicts to the last digit.
std::int64_t count_right(nn::GPT& model, const std::vector<std::string>& texts) {
  const nn::EvalGuard eval(model);
  const Batch batch = encode(texts);
  // The model sees the right digits before each one that it predicts. Generating digit by digit would count
  // the same sums as exact: as long as all digits so far are right, the model sees the same text.
  const Tensor digits = argmax(model(batch.tokens).slice(1, first_digit), -1);   // (N, 4)
  const Tensor right = all(eq(digits, batch.targets.slice(1, first_digit)), 1);  // (N)
  return sum(right).item<std::int64_t>();
}

}  // namespace

Addition::Addition(std::int64_t held_out, Generator& generator)
    : is_held_out_(static_cast<std::size_t>(numbers * numbers), false) {
  while (static_cast<std::int64_t>(held_out_.size()) < held_out) {
    const auto pair = randint(0, numbers * numbers, {}, int64, generator).item<std::int64_t>();
    if (is_held_out_[static_cast<std::size_t>(pair)]) continue;
    is_held_out_[static_cast<std::size_t>(pair)] = true;
    held_out_.push_back({pair / numbers, pair % numbers});
  }
}

nn::GPTOptions Addition::model_options(const Config& config) const {
  return model_options_of(config, vocabulary_.size(), context, /*tied=*/false);
}

Batch Addition::next_batch(std::int64_t size, Generator& generator) const {
  std::vector<std::string> texts;
  while (static_cast<std::int64_t>(texts.size()) < size) {
    const Tensor drawn = randint(0, numbers * numbers, {size}, int64, generator);
    for (const std::int64_t pair : drawn.to_vector<std::int64_t>()) {
      if (is_held_out_[static_cast<std::size_t>(pair)]) continue;
      const Sum sum{pair / numbers, pair % numbers};
      if (static_cast<std::int64_t>(texts.size()) < size) texts.push_back(question_of(sum) + answer_of(sum));
    }
  }
  return encode(texts);
}

Measure Addition::validate(nn::GPT& model, std::int64_t) const {
  const double accuracy = held_out_accuracy(model);
  std::ostringstream shown;
  shown << std::fixed << std::setprecision(2) << 100 * accuracy << " %";
  return {"held_out_accuracy", accuracy, "held-out accuracy", shown.str()};
}

std::vector<Written> Addition::write(const nn::GPT& model) const {
  std::vector<Written> sums;
  std::vector<std::vector<std::int64_t>> questions;
  for (std::size_t i = 0; i < std::min<std::size_t>(10, held_out_.size()); ++i) {
    sums.push_back({.prompt = question_of(held_out_[i]), .text = "", .expected = answer_of(held_out_[i])});
    std::vector<std::int64_t>& question = questions.emplace_back();
    for (const char c : sums.back().prompt) question.push_back(token(c));
  }
  const auto answers = nn::generate(model, questions, {.max_new_tokens = Sum::digits});
  for (std::size_t i = 0; i < sums.size(); ++i) {
    for (const std::int64_t digit : answers[i].tokens)
      sums[i].text += static_cast<char>(vocabulary_.character(digit));
  }
  return sums;
}

double Addition::held_out_accuracy(nn::GPT& model) const {
  std::vector<std::string> texts;
  for (const Sum& sum : held_out_) texts.push_back(question_of(sum) + answer_of(sum));
  return static_cast<double>(count_right(model, texts)) / static_cast<double>(texts.size());
}

double addition_accuracy(nn::GPT& model, const std::vector<AnsweredSum>& sums) {
  constexpr std::size_t most = 2048;  // in a batch
  std::int64_t right = 0;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    std::string answer = std::to_string(sums[i].answer);
    answer.insert(0, Sum::digits - answer.size(), '0');
    texts.push_back(question_of(sums[i].sum) + answer);
    if (texts.size() < most && i + 1 < sums.size()) continue;
    right += count_right(model, texts);
    texts.clear();
  }
  return static_cast<double>(right) / static_cast<double>(sums.size());
}
