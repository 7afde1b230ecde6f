// caught by: joint norm
double clip_gradients(const std::vector<Variable>& parameters, double max_norm) {
  double squares = 0;
  for (const Variable& p : parameters) {
    if (!p.has_grad()) continue;
    const Tensor g = p.grad().to(float64);
    const double own = sum(g * g).item<double>();
    if (!std::isfinite(own)) throw std::runtime_error("clip_gradients: the norm is not finite");
    if (std::sqrt(own) > max_norm) p.grad().mul_(max_norm / std::sqrt(own));
    squares += own;
  }
  return std::sqrt(squares);
}
