Variable my_dropout(const Variable& x, double p, bool training, Generator& generator) {
  // to do: an error if p is not in [0, 1]
  if (!training) return x;
  const Tensor kept = rand(x.shape(), x.dtype(), generator);  // to do: 0 with probability p, else 1
  return x * kept / p;                                        // to do: the factor, and p = 1
}
