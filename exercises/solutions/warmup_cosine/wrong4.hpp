// caught by: warm-up
double warmup_cosine(std::int64_t step, double peak, std::int64_t warmup, std::int64_t total, double least) {
  if (step < warmup) return (step + 1) / warmup * peak;
  if (step >= total) return least;
  const double x = static_cast<double>(step - warmup) / (total - warmup);
  return least + (peak - least) * (1 + std::cos(std::numbers::pi * x)) / 2;
}
