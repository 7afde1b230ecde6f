// caught by: gradients
Variable my_softmax(const Variable& x) {
  const Variable e = exp(x.value() - amax(x.value(), -1, true));
  const Tensor p = (e / sum(e, -1, true)).value();
  return record("my_softmax", p, {x}, {keeps_output},
                [](const Replay& r) -> Gradients { return {r.output() * r.grad()}; });
}
