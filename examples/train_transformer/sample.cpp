#include "sample.hpp"

#include <algorithm>
#include <ostream>

#include <xgrad/train/interrupt.hpp>

#include "utf8.hpp"

using namespace xgrad;

void write_sample(nn::GPT& model, const Vocabulary& vocabulary, const SampleOptions& options,
                  Generator& generator, std::ostream& out) {
  const nn::EvalGuard eval(model);
  std::vector<std::int64_t> text = options.prompt;
  for (std::int64_t i = 0; i < options.length && !xgrad::train::interrupted(); ++i) {
    const auto T = std::min(static_cast<std::int64_t>(text.size()), model.options.context);
    const Tensor seen = tensor(std::vector(text.end() - T, text.end())).unsqueeze(0);  // (1, T)
    const Variable logits = model(seen).select(1, -1).to(float64);                     // (1, V)
    const Variable shares = softmax(logits / options.temperature, -1);                 // (1, V)
    text.push_back(multinomial(shares, 1, /*replacement=*/false, generator).item<std::int64_t>());
    const char32_t next = vocabulary.character(text.back());
    out << encode_utf8({&next, 1}) << std::flush;
  }
}
