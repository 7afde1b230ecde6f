// A GPT learns four lines by heart, one character after the other, and writes them. How far can its loss
// fall?
#include <cmath>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

const std::string text =
    "Twinkle, twinkle, little star,\nHow I wonder what you are!\n"
    "Up above the world so high,\nLike a diamond in the sky.\n";
constexpr std::int64_t context = 16;                        // the most characters that the model reads
const std::string circle = text + text.substr(0, context);  // after its end, the text begins again
const std::set<char> characters(text.begin(), text.end());  // each one once, in order
const std::string vocabulary(characters.begin(), characters.end());

std::vector<std::int64_t> tokens_of(const std::string& words) {  // a token is a place in the vocabulary
  std::vector<std::int64_t> tokens;
  for (char c : words) tokens.push_back(static_cast<std::int64_t>(vocabulary.find(c)));
  return tokens;
}

// The mean of -log p(next character), if p is the share of this character among the windows that begin alike.
double least_loss() {
  std::map<std::string, double> count;  // how many windows begin with these characters
  for (std::size_t start = 0; start < text.size(); ++start)
    for (std::size_t n = 1; n <= context + 1; ++n) ++count[circle.substr(start, n)];
  double loss = 0, predictions = 0;
  for (const auto& [words, n] : count) {
    if (words.size() == 1) continue;
    loss -= n * std::log(n / count[words.substr(0, words.size() - 1)]);
    predictions += n;
  }
  return loss / predictions;
}

Variable loss_of(const nn::GPT& gpt, const Tensor& windows) {
  const Variable logits = gpt(windows.slice(1, 0, context));  // all but the last character of each window
  return cross_entropy(logits.reshape({-1, logits.size(2)}), windows.slice(1, 1).reshape({-1}));
}

std::string write(const nn::GPT& gpt, std::string words, const nn::GenerateOptions& options) {
  while (words.size() < text.size()) {
    const std::size_t seen = std::min(words.size(), std::size_t{context});
    const auto next = nn::generate(gpt, {tokens_of(words.substr(words.size() - seen))}, options);
    words += vocabulary[static_cast<std::size_t>(next[0].tokens[0])];
  }
  return words;
}

int main() {
  const Variable p(tensor({0.6, 0.2, 0.2}));
  for (double temperature : {0.5, 1.0, 2.0})
    std::cout << "temperature " << temperature << ": " << softmax(log(p) / temperature, -1).value() << '\n';

  std::cout.precision(4);
  manual_seed(0);
  const auto size = static_cast<std::int64_t>(vocabulary.size());
  const nn::GPT gpt({.vocab_size = size, .context = context, .d_model = 32, .num_layers = 2});
  const Tensor windows = tensor(tokens_of(circle)).unfold(0, context + 1, 1);
  std::cout << windows.size(0) << " windows, " << size << " different characters\n"
            << "loss of a guess: log " << size << " = " << std::log(size) << '\n';
  optim::AdamW optimizer(gpt.parameters(), {.lr = 1e-2});
  optim::WarmupCosine schedule(optimizer, {.warmup = 10, .total = 200});
  for (int step = 0; step < 200; ++step) {
    const Variable loss = loss_of(gpt, windows);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    schedule.step();
  }
  const NoGradGuard no_grad;
  const double least = least_loss(), reached = loss_of(gpt, windows).item<double>();
  std::cout << "least loss: " << least << "; this GPT is " << (reached < least + 0.01 ? "less" : "more")
            << " than 0.01 above it\n\n";
  std::cout << write(gpt, "T", {.max_new_tokens = 1});
}
