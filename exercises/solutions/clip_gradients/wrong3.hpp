// caught by: large gradients
double clip_gradients(const std::vector<Variable>& parameters, double max_norm) {
  double squares = 0;
  for (const Variable& p : parameters) {
    if (!p.has_grad()) continue;
    const Tensor g = p.grad();
    squares += sum(g * g).item<double>();
  }
  const double norm = std::sqrt(squares);
  if (!std::isfinite(norm)) throw std::runtime_error("clip_gradients: the norm is not finite");
  if (norm > max_norm) {
    for (const Variable& p : parameters) {
      if (p.has_grad()) p.grad().mul_(max_norm / norm);
    }
  }
  return norm;
}
