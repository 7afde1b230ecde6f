#include "judge.hpp"

#include STUDENT

namespace {

Variable parameter(const Tensor& value) { return Variable(value.clone(), /*requires_grad=*/true); }

}  // namespace

void checks(Judge& judge) {
  judge.that("two steps by hand", [] {
    const Variable p = parameter(tensor({1.0}));
    MyAdam adam({p}, 0.3, 0.5, 0.75, 0);
    p.set_grad(tensor({2.0}));
    adam.step();
    Judge::must_equal(p.value(), tensor({0.7}), 1e-6, "after step 1");
    p.set_grad(tensor({-2.0}));
    adam.step();
    Judge::must_equal(p.value(), tensor({0.8}), 1e-6, "after step 2");
  });
  judge.that("two parameters", [] {
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
      for (std::size_t i = 0; i < 2; ++i)
        Judge::must_equal(yours[i].value(), ours[i].value(), 1e-6, "after step ", step, ": parameter ", i);
    }
  });
  judge.that("eps", [] {  // as large as the gradient: half a step
    const Variable p = parameter(tensor({0.0}));
    p.set_grad(tensor({1e-4}));
    MyAdam({p}, 1, 0.9, 0.999, 1e-4).step();
    Judge::must_equal(p.value(), tensor({-0.5}), 1e-4, "p = 0, g = eps = 0.0001, lr = 1");
  });
  judge.that("zero gradient", [] {
    const Variable p = parameter(tensor({3.0}));
    p.set_grad(tensor({0.0}));
    MyAdam({p}, 0.1).step();
    Judge::must_equal(p.value(), tensor({3.0}), 0);
  });
  judge.that("no gradient", [] {
    const Variable p = parameter(tensor({1.0})), q = parameter(tensor({1.0}));
    MyAdam adam({q, p}, 0.1);
    p.set_grad(tensor({1.0}));
    for (int i = 0; i < 3; ++i) adam.step();  // q has none
    Judge::must_equal(q.value(), tensor({1.0}), 0, "the parameter without a gradient");
    const Variable alone = parameter(tensor({1.0}));
    optim::Adam reference({alone}, {.lr = 0.1});
    for (const double g : {1.0, -0.5}) {
      q.set_grad(tensor({g}));
      alone.set_grad(tensor({g}));
      adam.step();
      reference.step();
    }
    Judge::must_equal(q.value(), alone.value(), 1e-6,
                      "a parameter that was skipped three times, and then makes its first two steps");
  });
  judge.that("in place", [] {
    const Variable p = parameter(tensor({1.0, 2.0}));
    const Tensor before = p.value();
    MyAdam adam({p}, 0.1);
    for (int i = 0; i < 2; ++i) {
      p.set_grad(tensor({4.0, -4.0}));
      adam.step();
      Judge::must(p.has_grad(), "the gradient is gone after the step");
      Judge::must_equal(p.grad(), tensor({4.0, -4.0}), 0, "the gradient after the step");
    }
    Judge::must_equal(before, tensor({0.8, 2.2}), 1e-5, "a Tensor that was p.value() before the steps");
  });
  judge.that("float64", [] {
    const Variable p = parameter(tensor({1.0}, float64));
    p.set_grad(tensor({2.0}, float64));
    MyAdam({p}, 0.3, 0.5, 0.75, 0).step();
    Judge::must_equal(p.value(), tensor({0.7}, float64), 1e-15);
  });
  const Variable yours(ones({1 << 17}), true), ours(ones({1 << 17}), true);
  yours.set_grad(ones({1 << 17}));
  ours.set_grad(ones({1 << 17}));
  MyAdam adam({yours}, 1e-3);
  optim::Adam reference({ours});
  judge.speed(
      "a step of 131,072 numbers", [&] { adam.step(); }, [&] { reference.step(); });
}
