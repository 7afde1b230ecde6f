// Norms over dims: slopes and errors. Values and gradients against PyTorch: ops_reduce.cpp.
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("vector norm: slopes are right where powers overflow or underflow float32") {
  struct Row {
    double p, scale, epsilon;
  };
  const std::vector<double> sample = {-1.5, 0.25, 2, 0.5};
  for (const Row row : {Row{-1, 1e30, 1e-6},
                        {-2, 1e15, 1e-6},
                        {-1, 1e-30, 1e-6},
                        {2, 1e30, 1e-6},
                        {2, 1e-40, 1e-4},
                        {3, 1e12, 1e-6},
                        {1.5, 1e20, 1e-6},
                        {0.5, 1e15, 1e-6}}) {
    CAPTURE(row.p);
    CAPTURE(row.scale);
    double sum = 0;
    for (const double v : sample) sum += std::pow(std::abs(v), row.p);
    const double y = std::pow(sum, 1 / row.p);
    const Variable x(tensor(sample).to(float64).mul_(row.scale).to(float32), true);
    for (const bool create_graph : {false, true}) {
      const auto slope =
          grad({norm(x, row.p)}, {x}, {.create_graph = create_graph})[0].value().to_vector<float>();
      for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = std::copysign(std::pow(std::abs(sample[i]) / y, row.p - 1), sample[i]);
        CHECK(slope[i] == doctest::Approx(expected).epsilon(row.epsilon));
      }
    }
  }
}

TEST_CASE("vector norm: the number of elements that are not 0 has the gradient 0") {
  const Variable x(tensor({0.0, 2.0, -1.0}), true);
  for (const Variable& count : {norm(x, 0), sum(norm(x, 0, {0}))}) {
    REQUIRE(count.requires_grad());
    CHECK(equal(grad({count}, {x})[0].value(), zeros({3})));
  }
}

TEST_CASE("vector norm: errors") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(norm(zeros({0}), INFINITY),
                    "[norm] dim 0 of shape (0,) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(norm(zeros({2}, int64)), "[norm] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(norm(x, NAN), "[norm] p is NaN");
  CHECK_THROWS_TEXT(norm(x, 2, {0, 0}), "[norm] dim 0 appears twice in the list of dims (0, 0)");
}
