// x (..., T, d), whose first row stands at position `offset` → the same shape
Variable my_rope(const Variable& x, std::int64_t offset = 0, double base = 10000) {
  // to do: refuse an odd d
  const std::int64_t T = x.size(-2), n = x.size(-1) / 2;  // n pairs in a row
  const Tensor positions = arange(offset, offset + T, 1, float64);
  const Variable frequencies = pow(full({}, base, float64), arange(n, float64));  // to do: base^(−2i/d)
  const Variable angles = positions.unsqueeze(1) * frequencies;                   // (T, n)
  // to do: the first and the second numbers of the pairs; their rotation
  return x;
}
