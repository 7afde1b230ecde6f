#include "judge.hpp"

#include STUDENT

void checks(Judge& judge) {
  manual_seed(0);
  const std::vector<Variable> inputs = {randn({3, 4})};
  judge.that("kept or dropped", []() -> std::string {
    Generator generator(1);
    const Tensor y = my_dropout(full({20, 10}, 3.0), 0.25, true, generator).value();
    if (y.shape() != Shape{20, 10}) return "the result must have the shape of x";
    for (const float number : y.to_vector<float>()) {
      if (number != 0 && !(std::abs(number - 4) <= 1e-5)) {  // NaN, too
        return "with x = 3 and p = 0.25, a number of y is 0 or 3 / 0.75 = 4; one is " +
               std::to_string(number);
      }
    }
    return {};
  });
  judge.that("share", []() -> std::string {
    Generator generator(2);
    const Tensor y = my_dropout(ones({50000}), 0.3, true, generator).value();
    const double share = mean((y == 0).to(float64)).item<double>();
    std::ostringstream text;
    text << "with p = 0.3, about 0.3 of all numbers must be 0; it is " << share << " of them";
    return std::abs(share - 0.3) < 0.02 ? "" : text.str();
  });
  judge.that("each by itself", []() -> std::string {
    Generator generator(3);
    const Tensor y = my_dropout(ones({50, 40}), 0.5, true, generator).value();
    for (const int dim : {0, 1}) {
      const Tensor first = y.slice(dim, 0, 1);
      if (all(y == first).item<bool>())
        return dim == 0 ? "all rows have one mask" : "all columns have one mask";
    }
    return {};
  });
  judge.that("evaluation", []() -> std::string {
    Generator generator(4);
    const GeneratorState before = generator.state();
    const Tensor x = randn({4, 5});
    if (const std::string wrong = Judge::difference(my_dropout(x, 0.5, false, generator), x, 0);
        !wrong.empty()) {
      return wrong;
    }
    return generator.state() == before ? "" : "it draws from the generator; in evaluation it must not";
  });
  judge.that("generator", []() -> std::string {
    Generator a(5), b(5);
    const Tensor x = ones({100}), first = my_dropout(x, 0.5, true, a).value();
    if (!equal(first, my_dropout(x, 0.5, true, b).value())) {
      return "two generators with the same seed give different results";
    }
    return equal(first, my_dropout(x, 0.5, true, a).value()) ? "two calls drop the same numbers" : "";
  });
  judge.gradients(
      "gradients",
      [](const Variable& x) {
        Generator generator(6);
        return my_dropout(x, 0.4, true, generator);
      },
      inputs);
  judge.that("p of 0 and of 1", []() -> std::string {
    Generator generator(7);
    const Tensor x = randn({6});
    for (const int p : {0, 1}) {
      const Variable leaf(x, true), y = my_dropout(leaf, p, true, generator);
      const std::string name = "p = " + std::to_string(p) + ": ";
      std::string wrong = Judge::difference(y, x * (1 - p), 0);
      if (!wrong.empty()) return name + wrong;
      if (p == 1 && !y.requires_grad()) continue;  // zeros that know nothing of x
      sum(y).backward();
      if (leaf.has_grad()) wrong = Judge::difference(leaf.grad(), full({6}, 1.0 - p), 0);
      if (!wrong.empty()) return name + "the gradient: " + wrong;
    }
    return {};
  });
  judge.that("p outside", []() -> std::string {
    Generator generator(8);
    for (const double p : {-0.1, 1.5, std::nan("")}) {
      const std::string number = p < 0 ? "-0.1" : p > 1 ? "1.5" : "nan";
      const std::string problem = Judge::accepted<std::invalid_argument>(
          [&] { my_dropout(ones({2}), p, true, generator); }, "p = " + number, number);
      if (!problem.empty()) return problem;
    }
    return {};
  });
  judge.that("dtype and shape", []() -> std::string {
    Generator generator(9);
    const std::string wrong = Judge::difference(my_dropout(zeros({2, 2}, float64), 0.5, true, generator),
                                                zeros({2, 2}, float64), 0);
    if (!wrong.empty()) return wrong;
    return Judge::difference(my_dropout(zeros({0, 3}), 0.5, true, generator), zeros({0, 3}), 0);
  });
  const Tensor large = randn({1 << 17});
  judge.speed(
      "forward of 131,072 numbers", [&] { my_dropout(large, 0.1, true, default_generator()); },
      [&] { dropout(large, 0.1); });
}
