// caught by: own memory
// The first keys and values stay the caller's memory.
class MyKVCache {
 public:
  // k (B, H, T, d), v (B, H, T, d_v): T new tokens
  void append(const Variable& k, const Variable& v) {
    if (k.size(2) != v.size(2)) throw std::invalid_argument("MyKVCache: a key for each value");
    const Tensor keys = behind(k_, k.value()), values = behind(v_, v.value());  // cat may throw
    k_ = keys;
    v_ = values;
  }

  std::int64_t length() const { return k_.defined() ? k_.size(2) : 0; }

  // q (B, H, T_q, d), the queries of the newest tokens → (B, H, T_q, d_v)
  Variable attend(const Variable& q) const {
    const std::int64_t T_q = q.size(2);
    const Variable scores = matmul(q, k_.mT()) / std::sqrt(double(q.size(-1)));
    const Tensor hidden = triu(ones({T_q, length()}), length() - T_q + 1).value() > 0;
    return matmul(softmax(masked_fill(scores, hidden, -INFINITY), -1), v_);
  }

 private:
  static Tensor behind(const Tensor& old, const Tensor& x) {
    return old.defined() ? cat({old, x}, 2).value() : x;
  }

  Tensor k_, v_;  // undefined at first
};
