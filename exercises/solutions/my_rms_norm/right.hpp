Variable root_mean_square(const Variable& x, double eps) { return sqrt(mean(x * x, -1, true) + eps); }

Variable my_rms_norm(const Variable& x, const Variable& gamma, double eps = 1e-5) {
  const Tensor y = (gamma.value() * (x.value() / root_mean_square(x.value(), eps))).value();
  return record("my_rms_norm", y, {x, gamma}, {x, gamma}, [eps](const Replay& r) -> Gradients {
    const Variable sigma = root_mean_square(r.saved(0), eps), x_hat = r.saved(0) / sigma;
    const Variable d = r.grad(), gamma = r.saved(1), g = d * gamma;
    return {(g - x_hat * mean(g * x_hat, -1, true)) / sigma, sum_to(d * x_hat, gamma.shape())};
  });
}
