// caught by: one query
// The scores have five dims here: dim 3 counts the queries.
Variable grouped_query_attention(const Variable& q, const Variable& k, const Variable& v) {
  const auto [B, H, T_q, d] = q.sizes<4>();
  const std::int64_t H_k = k.size(1);
  if (H % H_k != 0) throw std::invalid_argument("H_k must divide H");
  const Variable groups = q.reshape({B, H_k, H / H_k, T_q, d});
  const Variable scores = matmul(groups, k.unsqueeze(2).mT()) / std::sqrt(double(d));
  return matmul(softmax(scores, 3), v.unsqueeze(2)).reshape({B, H, T_q, v.size(-1)});
}
