// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q, d_v), T_q ≤ T_k, n ≥ 1
Variable sliding_window(const Variable& q, const Variable& k, const Variable& v, std::int64_t n) {
  const std::int64_t T_q = q.size(2), T_k = k.size(2);
  if (T_q > T_k) throw std::invalid_argument("sliding_window: more queries than keys");
  if (n < 1) throw std::invalid_argument("sliding_window: a query must see its own key");
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Tensor p = arange(T_k - T_q, T_k).unsqueeze(1), j = arange(T_k);  // (T_q, 1) and (T_k)
  const Tensor seen = (p - n < j) & (j <= p);
  return matmul(softmax(masked_fill(scores, !seen, -INFINITY), -1), v);
}
