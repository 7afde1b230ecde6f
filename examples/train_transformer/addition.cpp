#include "addition.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>

#include "model.hpp"

using namespace xgrad;

namespace {

constexpr std::int64_t not_predicted = -100;  // cross_entropy's ignore_index

// The position of '=', which predicts the first digit of the sum: 7 in 042+917=0959.
std::int64_t first_predicted(std::int64_t digits) { return 2 * digits + 1; }

std::int64_t token(char c) { return c == '+' ? 10 : c == '=' ? 11 : c - '0'; }

Batch encode(const std::vector<std::string>& texts, std::int64_t digits) {
  const auto count = static_cast<std::int64_t>(texts.size());
  const auto T = static_cast<std::int64_t>(texts.front().size()) - 1;
  Batch batch{empty({count, T}, int64), empty({count, T}, int64)};
  auto* tokens = batch.tokens.mutable_data<std::int64_t>();
  auto* targets = batch.targets.mutable_data<std::int64_t>();
  for (const std::string& text : texts) {
    for (std::int64_t t = 0; t < T; ++t) {
      *tokens++ = token(text[static_cast<std::size_t>(t)]);
      *targets++ = t < first_predicted(digits) ? not_predicted : token(text[static_cast<std::size_t>(t + 1)]);
    }
  }
  return batch;
}

// How many of the texts, such as "042+917=0959", the model predicts to the last digit.
std::int64_t count_right(nn::GPT& model, const std::vector<std::string>& texts, std::int64_t digits) {
  const nn::EvalGuard eval(model);
  const Batch batch = encode(texts, digits);
  // The model sees the right digits before each one that it predicts. Generating digit by digit would count
  // the same sums as exact: as long as all digits so far are right, the model sees the same text.
  const std::int64_t first = first_predicted(digits);
  const Tensor answers = argmax(model(batch.tokens).slice(1, first), -1);   // (N, digits + 1)
  const Tensor right = all(eq(answers, batch.targets.slice(1, first)), 1);  // (N)
  return sum(right).item<std::int64_t>();
}

}  // namespace

Addition::Addition(std::int64_t digits, std::int64_t held_out, Generator& generator) : digits_(digits) {
  const std::int64_t count = std::min(held_out, count_of_sums() / 5);
  while (static_cast<std::int64_t>(held_out_.size()) < count) {
    const auto index = randint(0, count_of_sums(), {}, int64, generator).item<std::int64_t>();
    if (held_out_indices_.insert(index).second) held_out_.push_back(sum_at(index));
  }
}

std::int64_t Addition::context() const { return context_of_sums(digits_); }

std::int64_t Addition::count_of_sums() const { return numbers_of(2 * digits_); }

Sum Addition::sum_at(std::int64_t index) const {
  return {index / numbers_of(digits_), index % numbers_of(digits_), digits_};
}

nn::GPTOptions Addition::model_options(const Config& config) const {
  return model_options_of(config, vocabulary_.size(), context(), /*tied=*/false);
}

Batch Addition::next_batch(std::int64_t size, Generator& generator) const {
  std::vector<std::string> texts;
  while (static_cast<std::int64_t>(texts.size()) < size) {
    const Tensor drawn = randint(0, count_of_sums(), {size}, int64, generator);
    for (const std::int64_t index : drawn.to_vector<std::int64_t>()) {
      if (held_out_indices_.contains(index)) continue;
      const Sum sum = sum_at(index);
      if (static_cast<std::int64_t>(texts.size()) < size) texts.push_back(question_of(sum) + answer_of(sum));
    }
  }
  return encode(texts, digits_);
}

Measure Addition::validate(nn::GPT& model, std::int64_t) const {
  const double accuracy = held_out_accuracy(model);
  std::ostringstream shown;
  shown << std::fixed << std::setprecision(2) << 100 * accuracy << " %";
  return {"held_out_accuracy", accuracy, "held-out accuracy", shown.str()};
}

std::vector<Written> Addition::write(const nn::GPT& model) const {
  const auto count = static_cast<std::ptrdiff_t>(std::min<std::size_t>(10, held_out_.size()));
  return write(model, {held_out_.begin(), held_out_.begin() + count});
}

std::vector<Written> Addition::write(const nn::GPT& model, const std::vector<Sum>& sums) const {
  std::vector<Written> written;
  std::vector<std::vector<std::int64_t>> questions;
  for (const Sum& sum : sums) {
    written.push_back({.prompt = question_of(sum), .text = "", .expected = answer_of(sum)});
    std::vector<std::int64_t>& question = questions.emplace_back();
    for (const char c : written.back().prompt) question.push_back(token(c));
  }
  const auto answers = nn::generate(model, questions, {.max_new_tokens = digits_ + 1});
  for (std::size_t i = 0; i < written.size(); ++i) {
    for (const std::int64_t digit : answers[i].tokens)
      written[i].text += static_cast<char>(vocabulary_.character(digit));
  }
  return written;
}

double Addition::held_out_accuracy(nn::GPT& model) const {
  std::vector<std::string> texts;
  for (const Sum& sum : held_out_) texts.push_back(question_of(sum) + answer_of(sum));
  return static_cast<double>(count_right(model, texts, digits_)) / static_cast<double>(texts.size());
}

double addition_accuracy(nn::GPT& model, const std::vector<AnsweredSum>& sums) {
  constexpr std::size_t most = 2048;  // in a batch
  std::int64_t right = 0;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::int64_t digits = sums[i].sum.digits;
    std::string answer = std::to_string(sums[i].answer);
    answer.insert(0, static_cast<std::size_t>(digits) + 1 - answer.size(), '0');
    texts.push_back(question_of(sums[i].sum) + answer);
    if (texts.size() < most && i + 1 < sums.size()) continue;
    right += count_right(model, texts, digits);
    texts.clear();
  }
  return static_cast<double>(right) / static_cast<double>(sums.size());
}
