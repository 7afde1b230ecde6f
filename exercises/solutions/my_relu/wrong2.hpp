// caught by: gradients
Variable my_relu(const Variable& x) {
  const Tensor value = where(x.value() > 0, x.value(), 0).value();
  return record("my_relu", value, {x}, {x}, [](const Replay& r) -> Gradients { return {r.grad()}; });
}
