// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q, d_v), T_q ≤ T_k, n ≥ 1
Variable sliding_window(const Variable& q, const Variable& k, const Variable& v, std::int64_t n) {
  // to do: refuse T_q > T_k and n < 1
  const std::int64_t T_q = q.size(2), T_k = k.size(2);
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  const Tensor seen = ones({T_q, T_k}) * n > 0;  // to do: p − n < j ≤ p, where p = i + T_k − T_q
  return matmul(softmax(masked_fill(scores, !seen, -INFINITY), -1), v);
}
