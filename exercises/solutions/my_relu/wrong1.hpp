// caught by: values
Variable my_relu(const Variable& x) {
  const Tensor value = abs(x.value()).value();
  return record("my_relu", value, {x}, {x},
                [](const Replay& r) -> Gradients { return {where(r.saved(0) > 0, r.grad(), -r.grad())}; });
}
