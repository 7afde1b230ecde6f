// caught by: merged weight
struct LoraLinear : nn::Callable<LoraLinear> {
  LoraLinear(nn::Linear layer, std::int64_t rank, double alpha) : base(std::move(layer)), scale(alpha) {
    const Variable& W = base.weight;
    A = Variable(randn({rank, W.size(1)}, W.dtype()) / std::sqrt(W.size(1)), /*requires_grad=*/true);
    B = Variable(zeros({W.size(0), rank}, W.dtype()), /*requires_grad=*/true);
    W.requires_grad_(false);
    if (base.bias.defined()) base.bias.requires_grad_(false);
  }

  Variable forward(const Variable& x) const { return base(x) + scale * linear(linear(x, A), B); }

  Tensor merged_weight() const { return (base.weight + scale * matmul(B, A)).value(); }

  void visit(nn::Visitor& visitor) const override { visitor("base", base)("A", A)("B", B); }

  nn::Linear base;
  Variable A, B;
  double scale;
};
