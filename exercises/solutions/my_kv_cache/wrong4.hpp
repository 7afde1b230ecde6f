// caught by: a copy goes on by itself
// The memory is reserved once, and a copy of the cache shares it: both write to the same places.
class MyKVCache {
 public:
  // k (B, H, T, d), v (B, H, T, d_v): T new tokens
  void append(const Variable& k, const Variable& v) {
    if (k.size(2) != v.size(2)) throw std::invalid_argument("MyKVCache: a key for each value");
    if (!k_.defined()) k_ = reserved(k), v_ = reserved(v);
    if (k.size(0) != k_.size(0) || k.size(1) != k_.size(1) || k.size(3) != k_.size(3) ||
        v.size(3) != v_.size(3)) {
      throw std::invalid_argument("MyKVCache: other sizes than before");
    }
    const std::int64_t end = length_ + k.size(2);
    k_.slice(2, length_, end).copy_(k.value());
    v_.slice(2, length_, end).copy_(v.value());
    length_ = end;
  }

  std::int64_t length() const { return length_; }

  // q (B, H, T_q, d), the queries of the newest tokens → (B, H, T_q, d_v)
  Variable attend(const Variable& q) const {
    const std::int64_t T_q = q.size(2);
    const Tensor k = k_.slice(2, 0, length_), v = v_.slice(2, 0, length_);
    const Variable scores = matmul(q, k.mT()) / std::sqrt(double(q.size(-1)));
    const Tensor hidden = triu(ones({T_q, length_}), length_ - T_q + 1).value() > 0;
    return matmul(softmax(masked_fill(scores, hidden, -INFINITY), -1), v);
  }

 private:
  static Tensor reserved(const Variable& x) {
    return zeros({x.size(0), x.size(1), 1000, x.size(3)}, x.dtype());
  }

  Tensor k_, v_;  // undefined at first
  std::int64_t length_ = 0;
};
