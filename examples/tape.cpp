// Backpropagation on single numbers: an expression, its value, its gradients, and the tape they came from. It
// prints
//
//   g     = 24.7041
//   dg/da = 138.8338
//   dg/db = 645.5773
//
// and the tape as a table, oldest entry first. The expression is micrograd's example.

#include <iomanip>
#include <iostream>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

int main() {
  const Variable a(tensor(-4.0, float64), /*requires_grad=*/true);
  const Variable b(tensor(2.0, float64), /*requires_grad=*/true);

  Variable c = a + b;
  Variable d = a * b + pow(b, 3);
  c = c + (c + 1);
  c = c + (1 + c - a);
  d = d + (d * 2 + relu(b + a));
  d = d + (3 * d + relu(b - a));
  const Variable e = c - d;
  const Variable f = pow(e, 2);
  const Variable g = f / 2 + 10 / f;

  const Tape tape = trace(g, {{"a", a}, {"b", b}});
  std::cout << tape << '\n';  // before backward(), while the nodes still hold what they saved

  g.backward();
  std::cout << std::fixed << std::setprecision(4);
  std::cout << "g     = " << g.item<double>() << '\n';
  std::cout << "dg/da = " << a.grad().item<double>() << '\n';
  std::cout << "dg/db = " << b.grad().item<double>() << '\n';
  if (std::cout.flush()) return 0;
  std::cerr << "tape: cannot write to the standard output\n";
  return 1;
}
