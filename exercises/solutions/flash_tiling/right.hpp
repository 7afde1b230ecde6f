// q (B, H, T_q, d), k (B, H, T_k, d), v (B, H, T_k, d_v), tiles of n keys → (B, H, T_q, d_v)
Variable flash_tiling(const Variable& q, const Variable& k, const Variable& v, std::int64_t n) {
  if (n < 1) throw std::invalid_argument("flash_tiling: a tile has at least one key");
  const auto [B, H, T_q, d] = q.sizes<4>();
  Variable m = full({B, H, T_q, 1}, -INFINITY, q.dtype());  // the largest score so far
  Variable l = zeros({B, H, T_q, 1}, q.dtype());            // Σ exp(s − m)
  Variable o = zeros({B, H, T_q, v.size(-1)}, q.dtype());   // Σ exp(s − m) v
  for (std::int64_t begin = 0; begin < k.size(2); begin += n) {
    const Variable keys = k.slice(2, begin, begin + n), values = v.slice(2, begin, begin + n);
    const Variable scores = matmul(q, keys.mT()) / std::sqrt(double(d));
    const Variable larger = maximum(m, amax(scores.detach(), -1, true));  // a constant: it cancels in o / l
    const Variable p = exp(scores - larger), c = exp(m - larger);
    l = c * l + sum(p, -1, true);
    o = c * o + matmul(p, values);
    m = larger;
  }
  return o / l;
}
