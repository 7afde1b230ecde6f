// caught by: ties
Tensor my_top_k(const Tensor& logits, std::int64_t k) {
  if (k < 1) throw std::invalid_argument("k must be at least 1");
  const auto [largest, tokens] = topk(logits, std::min(k, logits.size(-1)));
  const Tensor none = full_like(logits, -std::numeric_limits<double>::infinity());
  return scatter(none, -1, tokens, largest);
}

Tensor my_sample(const Tensor& logits, std::int64_t k, double temperature, Generator& generator) {
  const Variable weights = softmax(my_top_k(logits / temperature, k), -1);
  return multinomial(weights, 1, false, generator).squeeze(-1);
}
