class MyAdam {
 public:
  MyAdam(const std::vector<Variable>& parameters, double lr, double beta1 = 0.9, double beta2 = 0.999,
         double eps = 1e-8)
      : parameters_(parameters), lr_(lr), beta1_(beta1), beta2_(beta2), eps_(eps) {
    // to do: a state for each parameter
  }

  void step() {
    for (const Variable& p : parameters_) {
      p.value() -= lr_ * p.grad();  // to do: this is SGD
    }
  }

 private:
  std::vector<Variable> parameters_;
  double lr_, beta1_, beta2_, eps_;
};
