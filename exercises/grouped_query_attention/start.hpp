// q (B, H, T_q, d), k (B, H_k, T_k, d), v (B, H_k, T_k, d_v) → (B, H, T_q, d_v), H_k divides H
Variable grouped_query_attention(const Variable& q, const Variable& k, const Variable& v) {
  // to do: refuse H that H_k does not divide; query head h reads key head h / (H / H_k)
  const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
  return matmul(softmax(scores, -1), v);
}
