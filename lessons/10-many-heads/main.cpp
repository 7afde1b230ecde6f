// Multi-head attention as two classic exercises: a class with W_q, W_k, W_v and W_o, and a function on raw
// matrices that adds its input and normalizes. Both are compared with the library's.
#include <cmath>
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// (B, T, H d) → (B, H, T, d): the columns of each token are cut into H pieces.
Variable cut(const Variable& x, std::int64_t H) {
  const auto [B, T, D] = x.sizes<3>();
  return x.reshape({B, T, H, D / H}).transpose(1, 2);
}

// (B, H, T, d) → (B, T, H d): the pieces side by side again.
Variable join(const Variable& x) {
  const auto [B, H, T, d] = x.sizes<4>();
  return x.transpose(1, 2).reshape({B, T, H * d});
}

// Lesson 09, for every head at once: q, k and v are (B, H, T, d).
Variable attend(const Variable& q, const Variable& k, const Variable& v) {
  const double d = double(q.size(3));
  return matmul(softmax(matmul(q, k.mT()) / std::sqrt(d), -1), v);
}

// Exercise 1: a class.
struct ManyHeads : nn::Callable<ManyHeads> {
  std::int64_t H;
  nn::Linear W_q, W_k, W_v, W_o;
  ManyHeads(std::int64_t D, std::int64_t heads) : H(heads), W_q(D, D), W_k(D, D), W_v(D, D), W_o(D, D) {}

  Variable forward(const Variable& Q, const Variable& K, const Variable& V) const {
    return W_o(join(attend(cut(W_q(Q), H), cut(W_k(K), H), cut(W_v(V), H))));
  }
  void visit(nn::Visitor& v) const override { v("W_q", W_q)("W_k", W_k)("W_v", W_v)("W_o", W_o); }
};

// Exercise 2: a function. LayerNorm(x + MultiHead(x)), without biases.
Variable my_block(const Variable& x, const Variable& w_q, const Variable& w_k, const Variable& w_v,
                  const Variable& w_o, std::int64_t H) {
  const Variable heads = attend(cut(matmul(x, w_q), H), cut(matmul(x, w_k), H), cut(matmul(x, w_v), H));
  return layer_norm(x + matmul(join(heads), w_o));
}

// Whether two results, and their gradients for each input, agree. g is dL/d(result).
const char* compare(const Variable& a, const Variable& b, const std::vector<Variable>& inputs) {
  const Variable g(randn(a.shape()));
  const auto da = grad({a}, inputs, {.grad_outputs = {g}}), db = grad({b}, inputs, {.grad_outputs = {g}});
  bool agree = allclose(a, b, 1e-4, 1e-4);
  for (std::size_t i = 0; i < inputs.size(); ++i) agree = agree && allclose(da[i], db[i], 1e-4, 1e-4);
  return agree ? "output and gradients as the library's" : "different";
}

int main() {
  const Variable x(tensor({{{1, 2, 3, 4}, {5, 6, 7, 8}}}, float32));  // B = 1, T = 2, D = 4
  std::cout << "x cut into two heads\n" << cut(x, 2).value() << '\n';
  std::cout << "x reshaped only\n" << x.reshape({1, 2, 2, 2}).value() << '\n';
  const Variable q(tensor({{{9, 0, 9, 0}, {0, 9, 0, 9}}}, float32));
  const Variable k(tensor({{{0, 9, 9, 0}, {9, 0, 0, 9}}}, float32));
  for (const int H : {1, 2}) {
    std::cout << H << " head(s)\n" << join(attend(cut(q, H), cut(k, H), cut(x, H))).value() << '\n';
  }

  manual_seed(0);
  const ManyHeads mine(32, 4);
  manual_seed(0);  // draws the same weights again
  const nn::MultiHeadAttention theirs(32, 4);
  const Variable Q(randn({2, 3, 32}), true), K(randn({2, 6, 32}), true), V(randn({2, 6, 32}), true);
  std::cout << "class: output " << mine(Q, K, V).shape() << ", " << mine.num_parameters() << " parameters\n";
  std::cout << "class: " << compare(mine(Q, K, V), theirs(Q, K, V), {Q, K, V}) << '\n';

  std::vector<Variable> w;
  for (int i = 0; i < 4; ++i) w.emplace_back((randn({32, 32}) / std::sqrt(32.0)).value(), true);
  const Variable mine_too = my_block(K, w[0], w[1], w[2], w[3], 4);
  const Variable theirs_too = nn::attention_block(K, w[0], w[1], w[2], w[3], 4);
  std::cout << "function: " << compare(mine_too, theirs_too, {K, w[0], w[1], w[2], w[3]}) << '\n';
}
