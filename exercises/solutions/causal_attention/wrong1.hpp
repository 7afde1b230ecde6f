// caught by: weights add up to 1
// The mask comes after the softmax: hidden keys have taken their share.
Variable causal_attention(const Variable& q, const Variable& k, const Variable& v) {
  const std::int64_t T_q = q.size(2), T_k = k.size(2);
  if (T_q > T_k) throw std::invalid_argument("causal_attention: more queries than keys");
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Tensor hidden = triu(ones({T_q, T_k}), T_k - T_q + 1).value() > 0;
  return matmul(masked_fill(softmax(scores, -1), hidden, 0), v);
}
