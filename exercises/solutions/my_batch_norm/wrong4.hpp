// caught by: one row
Variable my_batch_norm(const Variable& x, const Tensor& running_mean, const Tensor& running_var,
                       const Variable& gamma, const Variable& beta, bool training, double momentum = 0.1,
                       double eps = 1e-5) {
  Variable mu = running_mean, v = running_var;
  if (training) {
    const auto n = static_cast<double>(x.size(0));
    if (n == 1) throw std::runtime_error("my_batch_norm: a single row has no variance");
    mu = mean(x, 0);
    v = var(x, 0, 0);
    running_mean.mul_(1 - momentum).add_(mu.value(), momentum);
    running_var.mul_(1 - momentum).add_(v.value(), momentum * n / (n - 1));
  }
  return gamma * (x - mu) / sqrt(v + eps) + beta;
}
