// caught by: equal scores
// The softmax runs over the queries.
Variable my_attention(const Variable& q, const Variable& k, const Variable& v) {
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Variable weights = softmax(scores, -2);
  return matmul(weights, v);
}
