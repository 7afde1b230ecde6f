// (B, T, D) → (B, H, T, D / H)
Variable my_split(const Variable& x, std::int64_t H) {
  return x;  // to do
}

// (B, H, T, d) → (B, T, H d)
Variable my_join(const Variable& x) {
  return x;  // to do
}

struct MyMultiHead : nn::Callable<MyMultiHead> {
  std::int64_t H;
  nn::Linear W_q, W_k, W_v, W_o;

  // to do: refuse H that does not divide D
  MyMultiHead(std::int64_t D, std::int64_t H) : H(H), W_q(D, D), W_k(D, D), W_v(D, D), W_o(D, D) {}

  Variable forward(const Variable& Q, const Variable& K, const Variable& V) const {
    const Variable q = my_split(W_q(Q), H), k = my_split(W_k(K), H), v = my_split(W_v(V), H);
    return W_o(my_join(q));  // to do: attention in each head
  }

  void visit(nn::Visitor& visitor) const override {
    visitor("W_q", W_q);  // to do: the other three
  }
};
