// caught by: padding does not count
// Padding is set to 0, but still seen: its score of 0 takes a share.
// x (B, T, D), memory (B, S, E), lengths (B) int64, w_q (D, d), w_k (E, d), w_v (E, d_v) → (B, T, d_v)
Variable cross_attention(const Variable& x, const Variable& memory, const Tensor& lengths,
                         const Variable& w_q, const Variable& w_k, const Variable& w_v) {
  const Tensor seen = arange(memory.size(1)) < lengths.unsqueeze(1);   // (B, S)
  const Variable shown = masked_fill(memory, !seen.unsqueeze(-1), 0);  // no NaN from padding
  const Variable q = matmul(x, w_q), k = matmul(shown, w_k), v = matmul(shown, w_v);
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));  // (B, T, S)
  return matmul(softmax(scores, -1), v);
}
