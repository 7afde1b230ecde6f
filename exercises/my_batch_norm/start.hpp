Variable my_batch_norm(const Variable& x, const Tensor& running_mean, const Tensor& running_var,
                       const Variable& gamma, const Variable& beta, bool training, double momentum = 0.1,
                       double eps = 1e-5) {
  if (training) {
    // to do: mean and variance of the batch; move the running ones by `momentum`
  }
  const Variable x_hat = (x - running_mean) / sqrt(running_var);  // to do
  return gamma * x_hat + beta;
}
