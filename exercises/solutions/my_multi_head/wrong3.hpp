// caught by: parameters
// W_o is not named: no optimiser trains it, and no file holds it.

// (B, T, D) → (B, H, T, D / H)
Variable my_split(const Variable& x, std::int64_t H) {
  const auto [B, T, D] = x.sizes<3>();
  return x.reshape({B, T, H, D / H}).transpose(1, 2);
}

// (B, H, T, d) → (B, T, H d)
Variable my_join(const Variable& x) {
  const auto [B, H, T, d] = x.sizes<4>();
  return x.transpose(1, 2).reshape({B, T, H * d});
}

struct MyMultiHead : nn::Callable<MyMultiHead> {
  std::int64_t H;
  nn::Linear W_q, W_k, W_v, W_o;

  MyMultiHead(std::int64_t D, std::int64_t H) : H(H), W_q(D, D), W_k(D, D), W_v(D, D), W_o(D, D) {
    if (H <= 0 || D % H != 0) throw std::invalid_argument("MyMultiHead: the heads do not divide the width");
  }

  Variable forward(const Variable& Q, const Variable& K, const Variable& V) const {
    const Variable q = my_split(W_q(Q), H), k = my_split(W_k(K), H), v = my_split(W_v(V), H);
    const Variable weights = softmax(matmul(q, k.mT()) / std::sqrt(double(q.size(-1))), -1);
    return W_o(my_join(matmul(weights, v)));
  }

  void visit(nn::Visitor& visitor) const override { visitor("W_q", W_q)("W_k", W_k)("W_v", W_v); }
};
