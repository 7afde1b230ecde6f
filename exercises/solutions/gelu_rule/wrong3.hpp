// caught by: float64
Variable probability(const Variable& x) { return 0.5 * (1 + erf(x / std::numbers::sqrt2)); }

Variable approximate_probability(const Variable& x) {
  return 0.5 * (1 + tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

Variable my_gelu(const Variable& x) {
  const Variable v = x.detach();
  return record("my_gelu", (v * approximate_probability(v)).value(), {x}, {x},
                [](const Replay& r) -> Gradients {
                  const Variable x = r.saved(0);
                  const Variable density = exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
                  return {r.grad() * (probability(x) + x * density)};
                });
}
