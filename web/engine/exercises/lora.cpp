// lora: how the two thin matrices of a low-rank update begin.

#include <cmath>
#include <sstream>

#include "exercise.hpp"

namespace xgrad::web {
namespace {

/// W (3, 4) is frozen; A (2, 4) and B (3, 2) are trained.
struct Start {
  Tensor (*A)();
  Tensor (*B)();
};

Tensor zero_A() { return zeros({2, 4}, float64); }
Tensor zero_B() { return zeros({3, 2}, float64); }
Tensor one_A() { return ones({2, 4}, float64); }
Tensor random_A() { return sample({2, 4}, 13); }
Tensor random_B() { return sample({3, 2}, 14); }

struct Lora {
  Tensor W = sample({3, 4}, 15);
  Variable A, B;

  explicit Lora(const Start& start) : A(start.A(), true), B(start.B(), true) {}
  Variable forward(const Variable& x) const { return linear(x, W) + linear(linear(x, A), B); }
};

// Some steps of SGD towards a result that W alone does not give.
void train(const Lora& lora, const Tensor& x, const Tensor& target) {
  optim::SGD sgd({lora.A, lora.B}, {.lr = 0.05});
  for (int step = 0; step < 5; ++step) {
    sgd.zero_grad();
    mse_loss(lora.forward(x), target).backward();
    sgd.step();
  }
}

double largest(const Variable& x) { return amax(abs(x.value())).item<double>(); }

void judge_start(Judge& judge, const Start& start) {
  const Tensor x = sample({5, 4}, 16), target = sample({5, 3}, 17);
  const std::vector<Input> inputs{{"x", x}, {"A", start.A()}, {"B", start.B()}};
  const Lora lora(start);
  const Tensor before = linear(x, lora.W).value();
  judge.equal(
      "begins as the layer", inputs, [&] { return lora.forward(x); }, before, "x Wᵀ");

  train(lora, x, target);
  judge.that("moves", inputs, [&] {
    std::ostringstream said;
    said << "after 5 steps of SGD, A has moved by up to " << largest(lora.A - start.A()) << " and B by up to "
         << largest(lora.B - start.B());
    if (allclose(lora.A.value(), start.A()) && allclose(lora.B.value(), start.B())) throw Problem(said.str());
    return said.str();
  });
  judge.that("uses its rank of 2", inputs, [&] {
    std::ostringstream said;
    const double apart = largest(lora.A.value()[0] - lora.A.value()[1]);
    said << "after 5 steps of SGD, the two rows of A differ by up to " << apart;
    if (apart < 1e-9) throw Problem(said.str() + ": B A has the rank 1 at most");
    return said.str();
  });
}

}  // namespace

Exercise lora() {
  return {.name = "lora",
          .title = "How a low-rank update begins",
          .lesson = "lessons/08-linear-and-mlp/page.md",
          .source = "nn/linear.cpp",
          .task = {"LoRA freezes a trained weight W and learns a small correction: `y = x Wᵀ + (x Aᵀ) Bᵀ`. A "
                   "has r rows "
                   "and B has r columns, where the rank r is small; here r = 2.",
                   "At first y must be what the layer gave before, x Wᵀ. Then training must be able to use "
                   "both rows of "
                   "A."},
          .question = "How do A and B begin?",
          .choices = choices<Start>(
              judge_start, {{"A random, B = 0", "", {random_A, zero_B}},
                            {"A = 0, B = 0",
                             "dL/dA contains B, and dL/dB contains A: what are they in the first step?",
                             {zero_A, zero_B}},
                            {"A random, B random", "What is y before the first step?", {random_A, random_B}},
                            {"A = 1 in every number, B = 0",
                             "What tells the first row of A from the second, in each of their gradients?",
                             {one_A, zero_B}},
                            {"A = 0, B random", "", {zero_A, random_B}}}),
          .why =
              "One of the two is 0, so that B A is 0; the other is random, so that there is a gradient and "
              "each row "
              "gets its own. The paper takes B = 0, and so does the exercise in C++."};
}

}  // namespace xgrad::web
