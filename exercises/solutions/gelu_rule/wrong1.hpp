// caught by: gradients
Variable probability(const Variable& x) { return 0.5 * (1 + erf(x / std::numbers::sqrt2)); }

Variable my_gelu(const Variable& x) {
  const Variable v = x.detach();
  return record("my_gelu", (v * probability(v)).value(), {x}, {x}, [](const Replay& r) -> Gradients {
    const Variable x = r.saved(0);
    return {r.grad() * probability(x)};
  });
}
