class MyAdam {
 public:
  MyAdam(std::vector<Variable> parameters, double lr, double beta1 = 0.9, double beta2 = 0.999,
         double eps = 1e-8)
      : parameters_(std::move(parameters)), lr_(lr), beta1_(beta1), beta2_(beta2), eps_(eps) {
    for (const Variable& p : parameters_) states_.push_back({zeros_like(p), zeros_like(p)});
  }

  void step() {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const Variable& p = parameters_[i];
      if (!p.has_grad()) continue;
      const Tensor& g = p.grad();
      auto& [m, v, t] = states_[i];
      ++t;
      m = beta1_ * m + (1 - beta1_) * g;
      v = beta2_ * v + (1 - beta2_) * g * g;
      const Variable m_hat = m / (1 - std::pow(beta1_, t)), v_hat = v / (1 - std::pow(beta2_, t));
      p.value() -= lr_ * m_hat / (sqrt(v_hat) + eps_);
    }
  }

 private:
  struct State {
    Tensor m, v;
    int t = 0;
  };
  std::vector<Variable> parameters_;
  std::vector<State> states_;
  double lr_, beta1_, beta2_, eps_;
};
