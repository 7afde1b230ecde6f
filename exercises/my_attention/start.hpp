// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v) → (B, H, T_q, d_v)
Variable my_attention(const Variable& q, const Variable& k, const Variable& v) {
  const Variable scores = matmul(q, k.mT());  // to do: the scale
  const Variable weights = scores;            // to do: weights that add up to 1 for each query
  return matmul(weights, v);
}
