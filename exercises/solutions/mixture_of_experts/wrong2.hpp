// caught by: only chosen rows
using Expert = std::function<Variable(const Variable&)>;

Variable mixture_of_experts(const Variable& x, const Variable& gate, const std::vector<Expert>& experts,
                            std::int64_t k) {
  const auto [scores, chosen] = topk(linear(x, gate), k);  // both (N, k)
  const Variable weights = softmax(scores, -1);
  Variable y = zeros_like(x);
  for (std::size_t e = 0; e < experts.size(); ++e) {
    const Tensor is_mine = chosen == e;
    if (is_mine.nonzero().numel() == 0) continue;
    y = y + experts[e](x) * sum(where(is_mine, weights, 0), -1, true);
  }
  return y;
}
