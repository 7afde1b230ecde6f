// caught by: p outside
Variable my_dropout(const Variable& x, double p, bool training, Generator& generator) {
  if (!(p >= 0 && p <= 1)) {
    throw std::invalid_argument("my_dropout: p must be in [0, 1]");
  }
  if (!training) return x;
  const Tensor kept = rand_like(x, generator) >= p;
  const double factor = p == 1 ? 0 : 1 / (1 - p);
  return x * kept * factor;
}
