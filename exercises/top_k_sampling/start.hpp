Tensor my_top_k(const Tensor& logits, std::int64_t k) {
  return logits + 0 * k;  // to do: forbid what is less than the k-th largest of its row
}

Tensor my_sample(const Tensor& logits, std::int64_t k, double temperature, Generator& generator) {
  return argmax(my_top_k(logits / temperature, k),
                -1);  // to do: draw from softmax, in place of the likeliest
}
