// caught by: large scores
// −10⁹ stands for −∞.
Variable causal_attention(const Variable& q, const Variable& k, const Variable& v) {
  const std::int64_t T_q = q.size(2), T_k = k.size(2);
  if (T_q > T_k) throw std::invalid_argument("causal_attention: more queries than keys");
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Tensor hidden = triu(ones({T_q, T_k}), T_k - T_q + 1).value() > 0;
  return matmul(softmax(masked_fill(scores, hidden, -1e9), -1), v);
}
