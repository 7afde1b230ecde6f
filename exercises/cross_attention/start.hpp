// x (B, T, D), memory (B, S, E), lengths (B) int64, w_q (D, d), w_k (E, d), w_v (E, d_v) → (B, T, d_v)
Variable cross_attention(const Variable& x, const Variable& memory, const Tensor& lengths,
                         const Variable& w_q, const Variable& w_k, const Variable& w_v) {
  const Tensor hidden = arange(memory.size(1)) >= lengths.size(0);  // to do: (B, S), true at padding
  // to do: padding may hold NaN; no query sees it; a text of length 0 gives 0
  const Variable q = matmul(x, w_q), k = matmul(memory, w_k), v = matmul(memory, w_v);
  return matmul(softmax(matmul(q, k.mT()) / std::sqrt(double(q.size(-1))), -1), v);
}
