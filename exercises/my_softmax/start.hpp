Variable my_softmax(const Variable& x) {
  const Tensor p = x.value();  // to do: exp(x − m) / Σ exp(x − m), row by row
  return record("my_softmax", p, {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    return {r.grad()};  // to do: p (g − Σ g p)
  });
}
