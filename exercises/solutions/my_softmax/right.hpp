Variable my_softmax(const Variable& x) {
  const Variable e = exp(x.value() - amax(x.value(), -1, true));
  const Tensor p = (e / sum(e, -1, true)).value();
  return record("my_softmax", p, {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    const Variable p = r.output();
    return {p * (r.grad() - sum(r.grad() * p, -1, true))};
  });
}
