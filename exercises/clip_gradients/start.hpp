double clip_gradients(const std::vector<Variable>& parameters, double max_norm) {
  double norm = 0;
  for (const Variable& p : parameters) norm += sum(p.grad()).item<double>();  // to do: the joint norm
  if (norm > max_norm) {
    // to do: multiply the gradients
  }
  return norm;
}
