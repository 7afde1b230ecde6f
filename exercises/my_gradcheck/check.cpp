#include "judge.hpp"

#include STUDENT

Variable sum_of_cubes(const Variable& v) { return sum(v * v * v); }

Variable cubes_with(const Variable& x, double factor) {  // x³, with a rule that is right for a factor of 3
  const Variable v = x.detach();
  return sum(record("cubes", (v * v * v).value(), {x}, {x}, [factor](const Replay& r) -> Gradients {
    return {r.grad() * factor * r.saved(0) * r.saved(0)};
  }));
}

template <class... Parts>
void compare(bool yours, bool right, const Parts&... what) {
  Judge::must(yours == right, yours ? "true" : "false", " for ", what...);
}

void checks(Judge& judge) {
  judge.that("differences", [] {
    const Tensor x = tensor({{2.0, -1.0, 0.5}, {1.5, -3.0, 0.1}}, float64);
    Judge::must_equal(my_differences(sum_of_cubes, x), 3 * x * x, 1e-6);
  });
  judge.that("large numbers", [] {
    const Tensor x = tensor({1e8, -3e7}, float64);
    Judge::must_equal(my_differences(sum_of_cubes, x), 3 * x * x, 1e-6);
  });
  judge.that("at zero", [] {
    const auto f = [](const Variable& v) { return sum(sin(v)); };
    Judge::must_equal(my_differences(f, zeros({2}, float64)), ones({2}, float64), 1e-6);
  });
  judge.that("float32", [] {
    bool is_double = true;
    const auto f = [&](const Variable& v) {
      is_double = is_double && v.dtype() == float64;
      return sum_of_cubes(v);
    };
    const Tensor x = tensor({0.5, 2.0}, float32);
    const Tensor slopes = my_differences(f, x);
    my_gradcheck(f, x);
    Judge::must(is_double, "for a float32 x, f was called with float32; it must get float64");
    Judge::must_equal(slopes, tensor({0.75, 12.0}, float64), 1e-6);
  });
  judge.that("x keeps its numbers", [] {
    for (const DType dtype : {float32, float64}) {
      const Tensor x = tensor({0.1, 0.7}, dtype), before = x.clone();
      my_differences(sum_of_cubes, x);
      my_gradcheck(sum_of_cubes, x);
      Judge::must(equal(x, before) && x.version() == before.version(), "the caller's x was changed");
    }
  });
  judge.that("shapes", [] {
    Judge::must_equal(my_differences(sum_of_cubes, tensor(2.0, float64)), tensor(12.0, float64), 1e-6,
                      "for a number of shape ()");
    Judge::must_equal(my_differences(sum_of_cubes, zeros({0, 3})), zeros({0, 3}, float64), 0);
  });
  judge.that("right rules", [] {
    compare(my_gradcheck(sum_of_cubes, randn({2, 3})), true, "f = the sum of x * x * x");
    const auto recorded = [](const Variable& v) { return cubes_with(v, 3); };
    compare(my_gradcheck(recorded, tensor({1e6, -3e5})), true,
            "the right rule 3 g x² at x = (1000000, -300000)");
  });
  judge.that("wrong rules", [] {
    for (const double factor : {2.0, -3.0, 3.001}) {
      const auto f = [factor](const Variable& v) { return cubes_with(v, factor); };
      compare(my_gradcheck(f, tensor({0.0, 2.0, 0.0})), false, "x³ with the rule ", factor,
              " g x² at x = (0, 2, 0)");
    }
  });
  judge.that("no gradient, and NaN", [] {
    const auto constant = [](const Variable&) { return Variable(tensor(3.0, float64)); };
    compare(my_gradcheck(constant, tensor({1.0, 2.0})), true, "f that does not use x");
    const auto root = [](const Variable& v) { return sum(sqrt(v)); };
    compare(my_gradcheck(root, tensor({-1.0})), false, "sqrt at -1, which is NaN");
  });
}
