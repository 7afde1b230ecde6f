// caught by: temperature
Tensor my_top_k(const Tensor& logits, std::int64_t k) {
  if (k < 1) throw std::invalid_argument("k must be at least 1");
  const Variable bound = topk(logits, std::min(k, logits.size(-1))).first.slice(-1, -1);  // (B, 1)
  return masked_fill(logits, logits < bound, -std::numeric_limits<double>::infinity());
}

Tensor my_sample(const Tensor& logits, std::int64_t k, double temperature, Generator& generator) {
  const Variable weights = softmax(my_top_k(logits * temperature, k), -1);
  return multinomial(weights, 1, false, generator).squeeze(-1);
}
