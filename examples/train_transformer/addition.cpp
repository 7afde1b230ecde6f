#include "addition.hpp"

#include <string>


using namespace xgrad;

namespace {

constexpr std::int64_t numbers = 1000;   // 000 to 999
constexpr std::int64_t first_digit = 7;  // the position of '=', which predicts the first digit of the sum
constexpr std::int64_t not_predicted = -100;  // cross_entropy's ignore_index

void append_digits(std::string& text, std::int64_t number, std::size_t digits) {
  const std::string shortest = std::to_string(number);
  text.append(digits - shortest.size(), '0').append(shortest);
}

std::int64_t token(char c) { return c == '+' ? 10 : c == '=' ? 11 : c - '0'; }

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

Batch Addition::encode(const std::vector<Problem>& problems) {
  const auto count = static_cast<std::int64_t>(problems.size());
  Batch batch{empty({count, context}, int64), empty({count, context}, int64)};
  auto* tokens = batch.tokens.mutable_data<std::int64_t>();
  auto* targets = batch.targets.mutable_data<std::int64_t>();
  for (const auto [a, b] : problems) {
    std::string text;  // "042+917=0959"
    append_digits(text, a, 3);
    text += '+';
    append_digits(text, b, 3);
    text += '=';
    append_digits(text, a + b, 4);
    for (std::int64_t t = 0; t < context; ++t) {
      *tokens++ = token(text[static_cast<std::size_t>(t)]);
      *targets++ = t < first_digit ? not_predicted : token(text[static_cast<std::size_t>(t + 1)]);
    }
  }
  return batch;
}

Batch Addition::next_batch(std::int64_t size, Generator& generator) const {
  std::vector<Problem> problems;
  while (static_cast<std::int64_t>(problems.size()) < size) {
    const Tensor drawn = randint(0, numbers * numbers, {size}, int64, generator);
    for (const std::int64_t pair : drawn.to_vector<std::int64_t>()) {
      if (is_held_out_[static_cast<std::size_t>(pair)]) continue;
      if (static_cast<std::int64_t>(problems.size()) < size)
        problems.push_back({pair / numbers, pair % numbers});
    }
  }
  return encode(problems);
}

double Addition::held_out_accuracy(nn::GPT& model) const {
  const nn::EvalGuard eval(model);
  const Batch batch = encode(held_out_);
  // The model sees the right digits before each one that it predicts. Generating digit by digit would count
  // the same sums as exact: as long as all digits so far are right, the model sees the same text.
  const Tensor digits = argmax(model(batch.tokens).slice(1, first_digit), -1);   // (N, 4)
  const Tensor right = all(eq(digits, batch.targets.slice(1, first_digit)), 1);  // (N)
  return static_cast<double>(sum(right).item<std::int64_t>()) / static_cast<double>(held_out_.size());
}
