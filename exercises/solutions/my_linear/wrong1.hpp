// caught by: gradients, leading dims
Variable my_linear(const Variable& x, const Variable& weight, const Variable& bias) {
  if (bias.shape() != Shape{weight.size(0)}) throw std::invalid_argument("my_linear: the bias must be (out)");
  const Tensor value = matmul(x.value(), weight.value().mT()) + bias.value();
  return record("my_linear", value, {x, weight, bias}, {x, weight}, [](const Replay& r) -> Gradients {
    const Variable g = r.grad(), x = r.saved(0), weight = r.saved(1);
    const Variable g_rows = g.reshape({-1, weight.size(0)}), x_rows = x.reshape({-1, weight.size(1)});
    return {matmul(g, weight), matmul(g_rows.mT(), x_rows), sum(g, 0)};
  });
}
