// Binary cross entropy at logits that are far out or infinite, against closed forms. Its rows of the table
// are in ops_loss.cpp.
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("binary cross entropy: answers that are almost certain keep their digits, and so do their slopes") {
  const double numbers[] = {-80, -40, -30, -20, -17, -10, -1, 0, 1, 5, 17, 20, 40, 80};
  for (const DType dtype : {float32, float64}) {
    const double epsilon = dtype == float32 ? 1e-6 : 1e-14;
    for (const double number : numbers) {
      CAPTURE(number);
      for (const bool target : {false, true}) {
        for (const bool create_graph : {false, true}) {
          const Variable x(tensor(number, dtype), true);
          const Variable loss = binary_cross_entropy_with_logits(x, tensor(target ? 1.0 : 0.0, dtype));
          const double z = target ? -number : number, small = std::log1p(std::exp(-std::abs(z)));
          CHECK(loss.to(float64).item<double>() ==
                doctest::Approx(std::max(z, 0.0) + small).epsilon(epsilon).scale(0));
          const Variable slope = grad({loss}, {x}, {.create_graph = create_graph})[0];
          CHECK(slope.to(float64).item<double>() ==
                doctest::Approx((target ? -1 : 1) / (1 + std::exp(-z))).epsilon(epsilon).scale(0));
        }
      }
    }
  }
}

TEST_CASE(
    "binary cross entropy: an infinite logit costs nothing where it is right, and ∞ where it is wrong") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const DType dtype : {float32, float64}) {
    for (const bool create_graph : {false, true}) {
      const Variable x(tensor({-inf, inf, -inf, inf}, dtype), true);
      const Variable t(tensor({0.0, 1.0, 1.0, 0.0}, dtype), true);
      const BCEWithLogitsOptions each{.pos_weight = full({}, 3, dtype), .reduction = Reduction::none};
      const Variable losses = binary_cross_entropy_with_logits(x, t, each);
      CHECK(equal(losses.value(), tensor({0.0, 0.0, inf, inf}, dtype)));
      const auto slopes =
          grad({losses}, {x, t}, {.grad_outputs = {ones({4}, dtype)}, .create_graph = create_graph});
      CHECK(equal(slopes[0].value(), tensor({0.0, 0.0, -3.0, 1.0}, dtype)));
      CHECK(equal(slopes[1].value(), tensor({inf, -inf, inf, -inf}, dtype)));
    }
    // a weight of 0 leaves out even what is infinitely wrong
    const Variable x(tensor({-inf, 0.0}, dtype), true);
    const Variable loss = binary_cross_entropy_with_logits(
        x, ones({2}, dtype), {.weight = tensor({0.0, 1.0}, dtype), .reduction = Reduction::sum});
    CHECK(loss.to(float64).item<double>() == doctest::Approx(std::log(2)));
    loss.backward();
    CHECK(equal(x.grad(), tensor({0.0, -0.5}, dtype)));
  }
}

TEST_CASE("binary cross entropy: targets that are integers or booleans are converted") {
  const Variable x(tensor({-0.5, 2.0}), true);
  const Tensor expected = binary_cross_entropy_with_logits(x, tensor({0.0, 1.0})).value();
  CHECK(equal(binary_cross_entropy_with_logits(x, tensor({0, 1})).value(), expected));
  CHECK(equal(binary_cross_entropy_with_logits(x, tensor({0, 1}).to(boolean)).value(), expected));
}
