// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q, d_v)
Variable my_attention(const Variable& q, const Variable& k, const Variable& v) {
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));  // (B, H, T_q, T_k)
  const Variable weights = softmax(scores, -1);                               // each row adds up to 1
  return matmul(weights, v);
}
