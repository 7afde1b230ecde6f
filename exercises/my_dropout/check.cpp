#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  judge.that("kept or dropped", [] {
    Generator generator(1);
    const Tensor y = my_dropout(full({20, 10}, 3.0), 0.25, true, generator).value();
    Judge::must(y.shape() == Shape{20, 10}, "the result must have the shape of x");
    for (const float number : y.to_vector<float>()) {
      Judge::must(number == 0 || std::abs(number - 4) <= 1e-5,
                  "with x = 3 and p = 0.25, a number of y is 0 or 3 / 0.75 = 4; one is ", number);
    }
  });
  judge.that("share", [] {
    Generator generator(2);
    const Tensor y = my_dropout(ones({50000}), 0.3, true, generator).value();
    const double share = mean((y == 0).to(float64)).item<double>();
    Judge::must(std::abs(share - 0.3) < 0.02, "with p = 0.3, about 0.3 of all numbers must be 0; it is ",
                share, " of them");
  });
  judge.that("each by itself", [] {
    Generator generator(3);
    const Tensor y = my_dropout(ones({50, 40}), 0.5, true, generator).value();
    for (const int dim : {0, 1}) {
      const Tensor first = y.slice(dim, 0, 1);
      Judge::must(!all(y == first).item<bool>(),
                  dim == 0 ? "all rows have one mask" : "all columns have one mask");
    }
  });
  judge.that("evaluation", [] {
    Generator generator(4);
    const GeneratorState before = generator.state();
    const Tensor x = randn({4, 5});
    Judge::must_equal(my_dropout(x, 0.5, false, generator), x, 0);
    Judge::must(generator.state() == before, "it draws from the generator; in evaluation it must not");
  });
  judge.that("generator", [] {
    Generator a(5), b(5);
    const Tensor x = ones({100}), first = my_dropout(x, 0.5, true, a).value();
    Judge::must(equal(first, my_dropout(x, 0.5, true, b).value()),
                "two generators with the same seed give different results");
    Judge::must(!equal(first, my_dropout(x, 0.5, true, a).value()), "two calls drop the same numbers");
  });
  judge.gradients("gradients",
                  [](const Variable& x) {
                    Generator generator(6);
                    return my_dropout(x, 0.4, true, generator);
                  },
                  {randn({3, 4})});
  judge.that("p of 0 and of 1", [] {
    Generator generator(7);
    const Tensor x = randn({6});
    for (const int p : {0, 1}) {
      const Variable leaf(x, true), y = my_dropout(leaf, p, true, generator);
      Judge::must_equal(y, x * (1 - p), 0, "p = ", p);
      if (p == 1 && !y.requires_grad()) continue;  // zeros that know nothing of x
      sum(y).backward();
      if (leaf.has_grad()) Judge::must_equal(leaf.grad(), full({6}, 1.0 - p), 0, "p = ", p, ": the gradient");
    }
  });
  judge.that("p outside", [] {
    Generator generator(8);
    for (const double p : {-0.1, 1.5, std::nan("")}) {
      Judge::must_throw<std::invalid_argument>([&] { my_dropout(ones({2}), p, true, generator); },
                                               Judge::text("p = ", p), Judge::text(p));
    }
  });
  judge.that("dtype and shape", [] {
    Generator generator(9);
    Judge::must_equal(my_dropout(zeros({2, 2}, float64), 0.5, true, generator), zeros({2, 2}, float64), 0);
    Judge::must_equal(my_dropout(zeros({0, 3}), 0.5, true, generator), zeros({0, 3}), 0);
  });
  const Tensor large = randn({1 << 17});
  judge.speed(
      "forward of 131,072 numbers", [&] { my_dropout(large, 0.1, true, default_generator()); },
      [&] { dropout(large, 0.1); });
}
