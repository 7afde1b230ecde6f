#include "sample.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "eval_guard.hpp"
#include "interrupt.hpp"
#include "utf8.hpp"

using namespace xgrad;

std::int64_t draw(const std::vector<double>& logits, double temperature, Generator& generator) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> bounds;  // running sums of exp((l_i − max l) / temperature)
  double total = 0;
  for (const double logit : logits) bounds.push_back(total += std::exp((logit - largest) / temperature));
  const double drawn = rand({}, float64, generator).item<double>() * total;
  const auto above = std::upper_bound(bounds.begin(), bounds.end(), drawn);
  return std::min<std::int64_t>(above - bounds.begin(), static_cast<std::int64_t>(logits.size()) - 1);
}

void write_sample(nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  Generator& generator, std::ostream& out) {
  const EvalGuard eval(model);
  std::vector<std::int64_t> text = options.prompt;
  for (std::int64_t i = 0; i < options.length && !interrupted(); ++i) {
    const auto T = std::min(static_cast<std::int64_t>(text.size()), model.options.context);
    const Tensor seen = tensor(std::vector(text.end() - T, text.end())).unsqueeze(0);  // (1, T)
    const Tensor logits = model(seen).value().select(1, -1);                           // (1, V)
    text.push_back(draw(logits.to_vector<double>(), options.temperature, generator));
    const char32_t next = vocabulary.character(text.back());
    out << encode_utf8({&next, 1}) << std::flush;
  }
}
