// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q, d_v), T_q ≤ T_k
Variable causal_attention(const Variable& q, const Variable& k, const Variable& v) {
  // to do: refuse T_q > T_k
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  // to do: −∞ where j > i + T_k − T_q
  return matmul(softmax(scores, -1), v);
}
