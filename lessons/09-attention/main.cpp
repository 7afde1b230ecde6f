// Attention of three tokens with two numbers each: scores, weights, output, a mask and the gradients, step by
// step. At the end, the library's function gives the same.
#include <cmath>
#include <iomanip>
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// A matrix, one row a line, with three digits after the point.
void print(const char* title, const Tensor& matrix) {
  std::cout << title << '\n' << std::fixed << std::setprecision(3);
  for (std::int64_t i = 0; i < matrix.size(0); ++i) {
    for (std::int64_t j = 0; j < matrix.size(1); ++j) std::cout << std::setw(8) << double(matrix.at({i, j}));
    std::cout << '\n';
  }
}

int main() {
  const Variable q(tensor({{1.0, 0.0}, {0.0, 2.0}, {1.0, 1.0}}), /*requires_grad=*/true);
  const Variable k(tensor({{0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}}), true);
  const Variable v(tensor({{1.0, 0.0}, {0.0, 1.0}, {2.0, 2.0}}), true);

  const Variable scores = matmul(q, k.mT()) / std::sqrt(2.0);  // s_ij = q_i · k_j / √d
  const Variable weights = softmax(scores, -1);                // each row adds up to 1
  const Variable output = matmul(weights, v);                  // o_i = Σ_j w_ij v_j
  print("scores / √d", scores.value());
  print("weights", weights.value());
  print("output", output.value());

  scores.retain_grad();  // keep these gradients too, although no leaf holds them
  weights.retain_grad();
  const Variable L = output.select(0, 2).select(0, 0);  // row 2, then its number 0
  L.backward();
  print("dL/dweights", weights.grad());
  print("dL/dscores", scores.grad());
  print("dL/dq", q.grad());

  const Tensor hidden = triu(ones({3, 3}), 1).value();  // 1 above the diagonal, 0 elsewhere
  const Variable causal = softmax(masked_fill(scores, hidden > 0, -INFINITY), -1);
  print("causal weights", causal.value());

  // The library's function has four dims: batch, heads, tokens, numbers.
  const auto [own, own_weights] =
      nn::scaled_dot_product_attention(q.reshape({1, 1, 3, 2}), k.reshape({1, 1, 3, 2}),
                                       v.reshape({1, 1, 3, 2}), {.mask = nn::Mask::causal()});
  const bool same = allclose(own.reshape({3, 2}), matmul(causal, v), 1e-5, 1e-6);
  std::cout << "the library gives " << (same ? "the same" : "something else") << '\n';
}
