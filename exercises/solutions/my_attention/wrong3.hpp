// caught by: large scores
// The softmax does not subtract the maximum.
Variable my_attention(const Variable& q, const Variable& k, const Variable& v) {
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Variable e = exp(scores);
  return matmul(e / sum(e, -1, true), v);
}
