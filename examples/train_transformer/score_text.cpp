#include "score_text.hpp"

#include <algorithm>
#include <stdexcept>

using namespace xgrad;

TextScore score_text(nn::GPT& model, const std::vector<std::int64_t>& tokens, std::int64_t size) {
  const nn::EvalGuard eval(model);
  const std::int64_t count = static_cast<std::int64_t>(tokens.size()) - 1;
  if (count < 1) throw std::runtime_error("a text of one character leaves nothing to predict");
  const Tensor all = tensor(tokens);  // (count + 1)
  const std::int64_t T = std::min(model.options.context, count);
  double loss = 0;
  std::int64_t right = 0;
  // Whole windows in batches; the rest of the text is one shorter window.
  for (std::int64_t start = 0; start < count;) {
    const std::int64_t windows = std::min(size, (count - start) / T);
    const std::int64_t B = std::max<std::int64_t>(windows, 1), length = windows > 0 ? T : count - start;
    const std::int64_t end = start + B * length;
    const Tensor seen = all.slice(0, start, end).reshape({B, length});           // (B, T)
    const Tensor next = all.slice(0, start + 1, end + 1).reshape({B * length});  // (B T)
    const Variable logits = model(seen).reshape({B * length, -1});               // (B T, V)
    loss += cross_entropy(logits, next, {.reduction = Reduction::sum}).item<double>();
    right += sum(eq(argmax(logits, -1), next)).item<std::int64_t>();
    start = end;
  }
  return {count, loss / static_cast<double>(count), static_cast<double>(right) / static_cast<double>(count)};
}
