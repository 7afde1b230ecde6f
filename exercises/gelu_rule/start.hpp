Variable my_gelu(const Variable& x) {
  const Tensor value = (0.5 * x.value()).value();  // to do: x times the probability of at most x
  return record("my_gelu", value, {x}, {x}, [](const Replay& r) -> Gradients {
    const Variable x = r.saved(0);
    return {r.grad() * x};  // to do: g times the slope
  });
}
