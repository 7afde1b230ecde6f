Variable my_transpose_matmul(const Variable& a, const Variable& b) {
  const Tensor value = matmul(a.value(), b.value().mT()).value();
  return record("my_transpose_matmul", value, {a, b}, {a, b}, [](const Replay& r) -> Gradients {
    const Variable g = r.grad(), a = r.saved(0), b = r.saved(1);
    return {matmul(g, b), sum(matmul(g.mT(), a), 0)};  // dA = G B, dB = Σ Gᵀ A
  });
}
