struct LoraLinear : nn::Callable<LoraLinear> {
  LoraLinear(nn::Linear layer, std::int64_t rank, double alpha) : base(std::move(layer)), scale(alpha) {
    A = Variable(zeros({rank, base.weight.size(1)}), /*requires_grad=*/true);  // to do: random, and the dtype
    B = Variable(zeros({base.weight.size(0), rank}), /*requires_grad=*/true);
    // to do: freeze base; the scale
  }

  Variable forward(const Variable& x) const {
    return base(x);  // to do: the update
  }

  Tensor merged_weight() const {
    return base.weight.value();  // to do: W + (α / r) B A
  }

  void visit(nn::Visitor& visitor) const override {
    visitor("base", base);  // to do: A and B
  }

  nn::Linear base;
  Variable A, B;
  double scale;
};
