using Expert = std::function<Variable(const Variable&)>;

Variable mixture_of_experts(const Variable& x, const Variable& gate, const std::vector<Expert>& experts,
                            std::int64_t k) {
  const auto [scores, chosen] = topk(linear(x, gate), k);  // both (N, k)
  Variable y = zeros_like(x);
  for (const Expert& expert : experts) {
    y = y + expert(x);  // to do: only the rows that chose it, times their weights
  }
  return y;
}
