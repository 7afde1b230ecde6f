// caught by: gradients, eps 0.5
// The rule takes the default eps, whatever the caller gave.
struct Normalized {
  Variable x_hat, sigma;
};

Normalized normalized(const Variable& x, double eps) {
  const Variable c = x - mean(x, -1, true);
  const Variable sigma = sqrt(mean(c * c, -1, true) + eps);
  return {c / sigma, sigma};
}

Variable my_layer_norm(const Variable& x, const Variable& gamma, const Variable& beta, double eps = 1e-5) {
  const Tensor y = (gamma.detach() * normalized(x.detach(), eps).x_hat + beta.detach()).value();
  return record("my_layer_norm", y, {x, gamma, beta}, {x, gamma}, [](const Replay& r) -> Gradients {
    const Variable d = r.grad(), gamma = r.saved(1), g = d * gamma;
    const auto [x_hat, sigma] = normalized(r.saved(0), 1e-5);
    const Variable dx = (g - mean(g, -1, true) - x_hat * mean(g * x_hat, -1, true)) / sigma;
    return {dx, sum_to(d * x_hat, gamma.shape()), sum_to(d, gamma.shape())};
  });
}
