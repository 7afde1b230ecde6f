// C = A B by three loops, as an op of our own whose rule is two more such products. It counts
// multiplications.
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

int multiplications = 0;

// c(i, j) = Σ_k a(i, k) b(k, j)
Tensor three_loops(const Tensor& a, const Tensor& b) {
  const Tensor c = zeros({a.size(0), b.size(1)}, a.dtype());
  for (int i = 0; i < a.size(0); ++i) {
    for (int j = 0; j < b.size(1); ++j) {
      for (int k = 0; k < a.size(1); ++k) {
        c.at({i, j}) += a.at({i, k}) * b.at({k, j});
        ++multiplications;
      }
    }
  }
  return c;
}

Variable my_matmul(const Variable& a, const Variable& b) {
  return record("my_matmul", three_loops(a.value(), b.value()), {a, b}, {a, b},
                [](const Replay& r) -> Gradients {
                  const Variable g = r.grad(), a = r.saved(0), b = r.saved(1);
                  return {my_matmul(g, b.mT()), my_matmul(a.mT(), g)};  // dA = G Bᵀ, dB = Aᵀ G
                });
}

int main() {
  const Variable a(tensor({{1.0, 2.0}, {3.0, 4.0}}), /*requires_grad=*/true);
  const Variable b(tensor({{1.0, 0.0, 2.0}, {0.0, 1.0, 1.0}}), /*requires_grad=*/true);
  const Tensor g = tensor({{1.0, 1.0, 0.0}, {0.0, 2.0, 1.0}});  // dL/dC

  const Variable c = my_matmul(a, b);
  std::cout << c.value() << "  C, " << multiplications << " multiplications\n";
  multiplications = 0;
  c.backward(g);
  std::cout << a.grad() << "  dA\n"
            << b.grad() << "  dB, " << multiplications << " multiplications for both\n";

  const Variable p(a.value(), /*requires_grad=*/true), q(b.value(), /*requires_grad=*/true);
  matmul(p, q).backward(g);  // the library's
  std::cout << "library: dA " << (equal(p.grad(), a.grad()) ? "the same" : "differs") << ", dB "
            << (equal(q.grad(), b.grad()) ? "the same" : "differs") << '\n';
  std::cout << "gradcheck: " << (gradcheck(my_matmul, {a, b}) ? "right" : "wrong") << ", second order "
            << (gradcheck(my_matmul, {a, b}, {.order = 2}) ? "right" : "wrong") << '\n';

  const Variable batch(randn({5, 2, 2}), /*requires_grad=*/true), w(b.value(), /*requires_grad=*/true);
  const Variable many = matmul(batch, w);
  sum(many).backward();
  std::cout << "five A, one B: C " << many.shape() << ", dA " << batch.grad().shape() << ", dB "
            << w.grad().shape() << '\n';
}
