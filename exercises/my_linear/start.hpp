Variable my_linear(const Variable& x, const Variable& weight, const Variable& bias) {
  const Tensor value = x.value();  // to do: refuse a bias that is not (out); then x Wᵀ + b
  return record("my_linear", value, {x, weight, bias}, {x, weight}, [](const Replay& r) -> Gradients {
    const Variable g = r.grad(), x = r.saved(0), weight = r.saved(1);
    return {g, weight, g};  // to do: dx, dW, db
  });
}
