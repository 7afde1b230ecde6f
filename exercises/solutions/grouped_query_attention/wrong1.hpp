// caught by: which head
// The key heads are repeated as a whole: head h reads key head h mod H_k.
Variable grouped_query_attention(const Variable& q, const Variable& k, const Variable& v) {
  if (q.size(1) % k.size(1) != 0) throw std::invalid_argument("H_k must divide H");
  const std::int64_t G = q.size(1) / k.size(1);
  const Variable keys = repeat(k, {1, G, 1, 1}), values = repeat(v, {1, G, 1, 1});
  const Variable scores = matmul(q, keys.mT()) / std::sqrt(double(q.size(-1)));
  return matmul(softmax(scores, -1), values);
}
