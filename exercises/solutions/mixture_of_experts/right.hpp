using Expert = std::function<Variable(const Variable&)>;

Variable mixture_of_experts(const Variable& x, const Variable& gate, const std::vector<Expert>& experts,
                            std::int64_t k) {
  const auto [scores, chosen] = topk(linear(x, gate), k);  // both (N, k)
  const Variable weights = softmax(scores, -1);
  Variable y = zeros_like(x);
  for (std::size_t e = 0; e < experts.size(); ++e) {
    const Tensor is_mine = chosen == e;
    const Tensor rows = is_mine.nonzero().select(1, 0);  // (M)
    if (rows.numel() == 0) continue;
    const Variable result = experts[e](index_select(x, 0, rows));  // (M, D)
    y = index_add(y, 0, rows, result * weights[is_mine].unsqueeze(-1));
  }
  return y;
}
