#include "judge.hpp"

#include STUDENT

namespace {

Variable parameter(const Tensor& value) { return Variable(value.clone(), /*requires_grad=*/true); }

std::string at_step(int step, const std::string& wrong) {
  return wrong.empty() ? "" : "after step " + std::to_string(step) + ": " + wrong;
}

}  // namespace

void checks(Judge& judge) {
  judge.that("two steps by hand", []() -> std::string {
    const Variable p = parameter(tensor({1.0}));
    MyAdam adam({p}, 0.3, 0.5, 0.75, 0);
    p.set_grad(tensor({2.0}));
    adam.step();
    const std::string wrong = Judge::difference(p.value(), tensor({0.7}), 1e-6);
    if (!wrong.empty()) return at_step(1, wrong);
    p.set_grad(tensor({-2.0}));
    adam.step();
    return at_step(2, Judge::difference(p.value(), tensor({0.8}), 1e-6));
  });
  judge.that("two parameters", []() -> std::string {
    const Tensor a = randn({3, 4}), b = randn({5});
    const std::vector<Variable> yours{parameter(a), parameter(b)}, ours{parameter(a), parameter(b)};
    MyAdam adam(yours, 0.01);
    optim::Adam reference(ours, {.lr = 0.01});
    for (int step = 1; step <= 20; ++step) {
      for (std::size_t i = 0; i < 2; ++i) {
        const Tensor gradient = randn_like(ours[i]);
        yours[i].set_grad(gradient.clone());
        ours[i].set_grad(gradient);
      }
      adam.step();
      reference.step();
      for (std::size_t i = 0; i < 2; ++i) {
        const std::string wrong = Judge::difference(yours[i].value(), ours[i].value(), 1e-6);
        if (!wrong.empty()) return at_step(step, "parameter " + std::to_string(i) + ": " + wrong);
      }
    }
    return {};
  });
  judge.that("eps", []() -> std::string {  // as large as the gradient: half a step
    const Variable p = parameter(tensor({0.0}));
    p.set_grad(tensor({1e-4}));
    MyAdam({p}, 1, 0.9, 0.999, 1e-4).step();
    const std::string wrong = Judge::difference(p.value(), tensor({-0.5}), 1e-4);
    return wrong.empty() ? "" : "p = 0, g = eps = 0.0001, lr = 1: " + wrong;
  });
  judge.that("zero gradient", []() -> std::string {
    const Variable p = parameter(tensor({3.0}));
    p.set_grad(tensor({0.0}));
    MyAdam({p}, 0.1).step();
    return Judge::difference(p.value(), tensor({3.0}), 0);
  });
  judge.that("no gradient", []() -> std::string {
    const Variable p = parameter(tensor({1.0})), q = parameter(tensor({1.0}));
    MyAdam adam({q, p}, 0.1);
    p.set_grad(tensor({1.0}));
    for (int i = 0; i < 3; ++i) adam.step();  // q has none
    const std::string wrong = Judge::difference(q.value(), tensor({1.0}), 0);
    if (!wrong.empty()) return "the parameter without a gradient: " + wrong;
    for (const double g : {1.0, -0.5}) {
      q.set_grad(tensor({g}));
      adam.step();
    }
    const Variable alone = parameter(tensor({1.0}));
    optim::Adam reference({alone}, {.lr = 0.1});
    for (const double g : {1.0, -0.5}) {
      alone.set_grad(tensor({g}));
      reference.step();
    }
    const std::string late = Judge::difference(q.value(), alone.value(), 1e-6);
    return late.empty()
               ? ""
               : "a parameter that was skipped three times, and then makes its first two steps: " + late;
  });
  judge.that("in place", []() -> std::string {
    const Variable p = parameter(tensor({1.0, 2.0}));
    const Tensor before = p.value();
    MyAdam adam({p}, 0.1);
    for (int i = 0; i < 2; ++i) {
      p.set_grad(tensor({4.0, -4.0}));
      adam.step();
      if (!p.has_grad()) return "the gradient is gone after the step";
      const std::string wrong = Judge::difference(p.grad(), tensor({4.0, -4.0}), 0);
      if (!wrong.empty()) return "the gradient after the step: " + wrong;
    }
    const std::string wrong = Judge::difference(before, tensor({0.8, 2.2}), 1e-5);
    return wrong.empty() ? "" : "a Tensor that was p.value() before the steps: " + wrong;
  });
  judge.that("float64", []() -> std::string {
    const Variable p = parameter(tensor({1.0}, float64));
    p.set_grad(tensor({2.0}, float64));
    MyAdam({p}, 0.3, 0.5, 0.75, 0).step();
    return Judge::difference(p.value(), tensor({0.7}, float64), 1e-15);
  });
  const Variable yours(ones({1 << 17}), true), ours(ones({1 << 17}), true);
  yours.set_grad(ones({1 << 17}));
  ours.set_grad(ones({1 << 17}));
  MyAdam adam({yours}, 1e-3);
  optim::Adam reference({ours});
  judge.speed(
      "a step of 131,072 numbers", [&] { adam.step(); }, [&] { reference.step(); });
}
