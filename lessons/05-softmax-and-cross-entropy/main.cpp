// Softmax by its definition, and without overflow. Its Jacobian, row by row, and what becomes of it in the
// gradient of the cross entropy.
#include <iostream>
#include <string>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// By the definition: p_i = exp(x_i) / Σ_j exp(x_j) over the last dim.
Variable plain_softmax(const Variable& x) { return exp(x) / sum(exp(x), -1, true); }

// The largest score is subtracted from all first. p stays the same, and no exponent is above 0.
Variable my_softmax(const Variable& x) {
  const Variable scores = x.detach();  // off the tape: the rule below is the whole derivative
  const Variable e = exp(scores - amax(scores, -1, true));
  const Variable y = e / sum(e, -1, true);
  return record("my_softmax", y.value(), {x}, {keeps_output}, [](const Replay& r) -> Gradients {
    const Variable p = r.output();
    return {p * (r.grad() - sum(r.grad() * p, -1, true))};  // dx = p ⊙ (g − Σ_j g_j p_j)
  });
}

// −log p_target, from the scores: no probability is computed, so none can become 0.
Variable my_cross_entropy(const Variable& x, int target) {
  const Variable shifted = x - amax(x.detach());
  return log(sum(exp(shifted))) - shifted[target];
}

void print(const std::string& what, const Variable& loss, const Variable& x) {
  std::cout << what << loss << ", dL/dx = " << grad({loss}, {x})[0] << '\n';
}

int main() {
  const Variable x(tensor({1.0, 2.0, 7.0}).log(), /*requires_grad=*/true);
  std::cout << "p by the definition:      " << plain_softmax(x) << '\n';
  std::cout << "p without overflow:       " << my_softmax(x) << '\n';
  std::cout << "scores + 100, definition: " << plain_softmax(x + 100) << '\n';
  std::cout << "scores + 100, without:    " << my_softmax(x + 100) << "\n\n";

  const Variable p = my_softmax(x);
  for (int i = 0; i < 3; ++i) {
    const Tensor pick = eye(3)[i];  // 1 for p_i, 0 for the others: the gradient is that of p_i alone
    std::cout << "dp_" << i << "/dx = " << grad({p}, {x}, {.grad_outputs = {pick}, .retain_graph = true})[0]
              << '\n';
  }

  std::cout << "\nThe right class is 1:\n";
  print("-log(softmax):  L = ", -log(my_softmax(x))[1], x);
  print("cross entropy:  L = ", my_cross_entropy(x, 1), x);
  print("the library's:  L = ", cross_entropy(x, tensor(1)), x);

  const Variable wrong(tensor({200.0, 0.0, 0.0}), /*requires_grad=*/true);
  std::cout << "The scores are 200, 0, 0:\n";
  print("-log(softmax):  L = ", -log(my_softmax(wrong))[1], wrong);
  print("cross entropy:  L = ", my_cross_entropy(wrong, 1), wrong);

  const auto result = gradcheck(my_softmax, {x});
  std::cout << "\ngradcheck of my_softmax: " << (result ? "right" : result.message()) << '\n';
}
