double warmup_cosine(std::int64_t step, double peak, std::int64_t warmup, std::int64_t total, double least) {
  if (step < warmup) return peak;  // to do: the straight line
  if (step < total) return peak;   // to do: the cosine
  return least;
}
