// caught by: large numbers
Tensor my_differences(const std::function<Variable(const Variable&)>& f, const Tensor& x) {
  const Tensor slopes = zeros(x.shape(), float64), row = slopes.reshape({-1});
  const auto f_at = [&](std::int64_t i, double step) {
    const Tensor moved = x.to(float64).clone();
    moved.reshape({-1})[i] += step;
    return f(moved).item<double>();
  };
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const double h = 1e-5;
    row[i] = (f_at(i, h) - f_at(i, -h)) / (2 * h);
  }
  return slopes;
}

bool my_gradcheck(const std::function<Variable(const Variable&)>& f, const Tensor& x) {
  const Variable leaf(x.to(float64).clone(), true), result = f(leaf);
  if (result.requires_grad()) result.backward();
  const Variable a = leaf.has_grad() ? leaf.grad() : zeros(x.shape(), float64), n = my_differences(f, x);
  const Tensor bound = 1e-5 * maximum(maximum(abs(a), abs(n)), ones({}, float64));
  return all(abs(a - n) <= bound).item<bool>();
}
