// caught by: far positions
// The frequencies are rounded to float32 before the positions are multiplied by them.
// x (..., T, d), whose first row stands at position `offset` → the same shape
Variable my_rope(const Variable& x, std::int64_t offset = 0, double base = 10000) {
  const std::int64_t T = x.size(-2), d = x.size(-1);
  if (d % 2 != 0) throw std::invalid_argument("my_rope: a row must consist of pairs");
  const Tensor positions = arange(offset, offset + T, 1, float64);
  const Variable frequencies =
      pow(full({}, base, float64), arange(d / 2, float64) * (-2.0 / double(d))).to(float32).to(float64);
  const Variable angles = positions.unsqueeze(1) * frequencies;  // (T, d/2)
  const Variable c = cos(angles).to(x.dtype()), s = sin(angles).to(x.dtype());
  const Variable a = x.slice(-1, 0, to_end, 2), b = x.slice(-1, 1, to_end, 2);  // (..., T, d/2)
  return stack({a * c - b * s, a * s + b * c}, -1).reshape(x.shape());
}
