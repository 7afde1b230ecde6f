// A bias is added to every row by a stride of 0. Backward, its gradient is the sum over the rows: by hand, in
// an op of its own, and by the library.
#include <iostream>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// The rule of shapes: aligned at the last dim, two sizes must be equal, or one of them 1.
Shape my_broadcast(Shape a, Shape b) {
  while (a.dim() < b.dim()) a.insert(0, 1);
  while (b.dim() < a.dim()) b.insert(0, 1);
  for (int d = 0; d < a.dim(); ++d) {
    if (a[d] != b[d] && a[d] != 1 && b[d] != 1) return {};
    if (a[d] == 1) a[d] = b[d];
  }
  return a;
}

// The way back: x summed over the dims that `shape` does not have, or has with size 1.
Variable my_sum_to(Variable x, const Shape& shape) {
  while (x.dim() > shape.dim()) x = sum(x, 0);
  for (int d = 0; d < shape.dim(); ++d) {
    if (shape[d] == 1) x = sum(x, d, /*keepdim=*/true);
  }
  return x;
}

// The library's product, with a rule of our own: each side's gradient has the shape of that side.
Variable my_mul(const Variable& a, const Variable& b) {
  const Tensor product = (a.value() * b.value()).value();
  return record("my_mul", product, {a, b}, {a, b}, [](const Replay& r) -> Gradients {
    return {my_sum_to(r.grad() * r.saved(1), r.input_shape(0)),
            my_sum_to(r.grad() * r.saved(0), r.input_shape(1))};
  });
}

int main() {
  std::cout << "(2, 3) and (3,): " << my_broadcast({2, 3}, {3}) << '\n';
  std::cout << "(2, 1) and (3,): " << my_broadcast({2, 1}, {3}) << '\n';
  std::cout << "(2, 3) and (2,): " << (my_broadcast({2, 3}, {2}).empty() ? "do not fit" : "fit") << '\n';

  const Variable x(tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}), /*requires_grad=*/true);
  const Variable b(tensor({10.0, 20.0, 30.0}), /*requires_grad=*/true);
  const Tensor rows = b.value().expand({2, 3});
  std::cout << rows << "  strides " << rows.strides() << '\n';

  const Variable y = x + b;
  const Tensor g = tensor({{1.0, 0.0, 2.0}, {3.0, 1.0, 1.0}});  // dL/dy
  y.backward(g);
  std::cout << y.value() << "  x + b\n";
  std::cout << b.grad() << "  db by the library\n" << my_sum_to(g, {3}).value() << "  db by hand\n";

  const Variable c(tensor({{2.0}, {3.0}}), /*requires_grad=*/true);
  my_mul(x, c).backward(g);
  std::cout << c.grad() << "  dc, of shape " << c.grad().shape() << '\n';
  std::cout << "my_mul: " << (gradcheck(my_mul, {x, c}) ? "its gradients are right" : "wrong") << '\n';
}
