class MyKVCache {
 public:
  // k (B, H, T, d), v (B, H, T, d_v): T new tokens
  void append(const Variable& k, const Variable& v) {
    k_ = k.value();  // to do: behind those before; own memory; refuse what does not fit
    v_ = v.value();
  }

  std::int64_t length() const {
    return 0;  // to do
  }

  // q (B, H, T_q, d), the queries of the newest tokens → (B, H, T_q, d_v)
  Variable attend(const Variable& q) const {
    const Variable scores = matmul(q, k_.mT()) / std::sqrt(double(q.size(-1)));
    return matmul(softmax(scores, -1), v_);  // to do: the causal mask
  }

 private:
  Tensor k_, v_;  // undefined at first: k_.defined() is false
};
