// Three optimisers walk down the same surface: the loss of a straight line through two points. Then a problem
// that no linear model solves, and a network with one hidden layer that does.
#include <cmath>
#include <cstdio>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

struct MySGD {
  Variable p;  // the parameters
  void step() { p.value() -= p.grad() * 0.05; }
};

struct MyMomentum {
  Variable p;
  Tensor v = zeros({2});  // the velocity
  void step() {
    v = v * 0.9 + p.grad();
    p.value() -= v * 0.05;
  }
};

struct MyAdam {
  Variable p;
  Tensor m = zeros({2}), s = zeros({2});  // means of the gradients and of their squares
  int t = 0;
  void step() {
    ++t;
    m = m * 0.9 + p.grad() * 0.1;
    s = s * 0.999 + p.grad() * p.grad() * 0.001;
    p.value() -= 0.3 * (m / (1 - std::pow(0.9, t))) / (sqrt(s / (1 - std::pow(0.999, t))) + 1e-8);
  }
};

const Tensor x_line = tensor({1.0, 3.0}), y_line = tensor({3.0, 7.0});  // two points of y = 2 x + 1

void walk(const char* name, auto make_optimizer) {
  const Variable p(tensor({0.0, 9.0}), /*requires_grad=*/true);  // p[0] is w, p[1] is b
  auto optimizer = make_optimizer(p);
  std::printf("%-12s", name);
  for (int step = 0; step <= 200; ++step) {
    const Variable loss = mse_loss(x_line * p[0] + p[1], y_line);
    if (step <= 2 || step == 10 || step == 50 || step == 200) std::printf("  %6.2f", loss.item<double>());
    p.zero_grad();
    loss.backward();
    optimizer.step();
  }
  std::printf("\n");
}

void learn_xor(const char* name, const nn::Module& model) {
  const Tensor x = tensor({{0.0, 0.0}, {0.0, 1.0}, {1.0, 0.0}, {1.0, 1.0}});
  const Tensor y = tensor({{0.0}, {1.0}, {1.0}, {0.0}});
  optim::Adam optimizer(model.parameters(), {.lr = 0.05});
  for (int step = 0; step < 500; ++step) {
    optimizer.zero_grad();
    binary_cross_entropy_with_logits(model.forward(x), y).backward();
    optimizer.step();
  }
  std::printf("%s  %6.2f  ", name, binary_cross_entropy_with_logits(model.forward(x), y).item<double>());
  for (const double p : sigmoid(model.forward(x)).to_vector<double>()) std::printf("  %.1f", p);
  std::printf("\n");
}

int main() {
  std::printf("step              0       1       2      10      50     200\n");
  walk("MySGD", [](const Variable& p) { return MySGD{p}; });
  walk("optim::SGD", [](const Variable& p) { return optim::SGD({p}, {.lr = 0.05}); });
  walk("MyMomentum", [](const Variable& p) { return MyMomentum{p}; });
  walk("optim::SGD", [](const Variable& p) { return optim::SGD({p}, {.lr = 0.05, .momentum = 0.9}); });
  walk("MyAdam", [](const Variable& p) { return MyAdam{p}; });
  walk("optim::Adam", [](const Variable& p) { return optim::Adam({p}, {.lr = 0.3}); });

  manual_seed(0);
  std::printf("\n        loss    P(1) of 00, 01, 10, 11\n");
  learn_xor("linear", nn::Linear(2, 1));
  learn_xor("MLP   ", nn::Sequential(nn::Linear(2, 8), nn::Tanh(), nn::Linear(8, 1)));
}
