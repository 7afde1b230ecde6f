// Derivatives of derivatives, by a tape that records its own replay; and checkpoints, which keep less on the
// tape and compute it again.
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <memory>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

// y = x³. The rule is made of ops on Variables, so the tape can record what it does.
Variable my_cube(const Variable& x) {
  const Tensor y = x.value() * x.value() * x.value();
  return record("my_cube", y, {x}, {x}, [](const Replay& r) -> Gradients {
    const Variable x = r.saved(0);
    return {3 * x * x * r.grad()};  // dy/dx = 3 x²
  });
}

struct Token {  // held by a rule and dropped with it: so it counts the values that rules still need
  static inline int alive = 0, most = 0, calls = 0;
  Token() {
    ++calls;
    most = std::max(most, ++alive);
  }
  ~Token() { --alive; }
};

Variable my_sin(const Variable& x) {
  const auto token = std::make_shared<Token>();
  return record("my_sin", sin(x.value()), {x}, {x},
                [token](const Replay& r) -> Gradients { return {cos(r.saved(0)) * r.grad()}; });
}

constexpr int num_blocks = 16;

// One run: 16 times my_sin, forward and backward, with a checkpoint around each `length` of them, or none if
// it is 0.
Tensor run(int length) {
  Token::most = Token::calls = 0;
  const Variable x(tensor({0.5, 1.0, 1.5}), /*requires_grad=*/true);
  const auto segment = [length](const Variable& start) {
    Variable y = start;
    for (int i = 0; i < length; ++i) y = my_sin(y);
    return y;
  };
  Variable y = x;
  if (length == 0) {
    for (int i = 0; i < num_blocks; ++i) y = my_sin(y);
  } else {
    for (int i = 0; i < num_blocks; i += length) y = checkpoint(segment, {y});
  }
  const std::size_t nodes = trace(y).size() - 1;  // without the leaf
  sum(y).backward();
  // A checkpoint keeps its input, which is also the first value that its segment needs: it counts once.
  const std::size_t held = length == 0 ? nodes : nodes + static_cast<std::size_t>(Token::most) - 1;
  std::cout << std::setw(7) << length << std::setw(7) << nodes << std::setw(8) << Token::most << std::setw(6)
            << held << std::setw(7) << Token::calls << '\n';
  return x.grad();
}

int main() {
  const Variable x(tensor(2.0, float64), /*requires_grad=*/true);
  Variable y = my_cube(x);
  std::cout << trace(y, {{"x", x}}) << '\n';
  std::cout << "f(2) = " << y.item<double>() << '\n';
  for (int order = 1; order <= 3; ++order) {
    y = grad({y}, {x}, {.create_graph = true})[0];
    if (order == 1) std::cout << trace(y, {{"x", x}});
    std::cout << "derivative " << order << " = " << y.item<double>() << '\n';
  }

  std::cout << "\n length  nodes  tokens  held  calls\n";
  const Tensor plain = run(0);
  bool same = true;
  for (int length : {1, 2, 4, 8, 16}) same = equal(run(length), plain) && same;
  std::cout << "the gradients are " << (same ? "the same" : "different") << '\n';
}
