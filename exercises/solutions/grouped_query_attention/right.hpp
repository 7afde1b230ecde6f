// q (B, H, T_q, d), k (B, H_k, T_k, d), v (B, H_k, T_k, d_v) → (B, H, T_q, d_v), H_k divides H
Variable grouped_query_attention(const Variable& q, const Variable& k, const Variable& v) {
  const auto [B, H, T_q, d] = q.sizes<4>();
  const std::int64_t H_k = k.size(1);
  if (H_k == 0 || H % H_k != 0) throw std::invalid_argument("grouped_query_attention: H_k must divide H");
  const Variable groups = q.reshape({B, H_k, H / H_k * T_q, d});  // the queries of a group are rows
  const Variable weights = softmax(matmul(groups, k.mT()) / std::sqrt(double(d)), -1);
  return matmul(weights, v).reshape({B, H, T_q, v.size(-1)});
}
