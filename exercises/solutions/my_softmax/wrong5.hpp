// caught by: own code
Variable my_softmax(const Variable& x) {
  const Tensor p = softmax(x.value(), -1).value();
  return record("my_softmax", p, {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.output() * (r.grad() - sum(r.output() * r.grad(), -1, true))};
  });
}
