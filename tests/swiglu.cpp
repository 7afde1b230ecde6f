#include <cmath>

#include <doctest/doctest.h>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/feed_forward.hpp>

#include "support.hpp"

using namespace xgrad;
using namespace xgrad::nn;

TEST_CASE("SwiGLU is its formula, with and without biases") {
  manual_seed(0);
  for (const bool bias : {false, true}) {
    const SwiGLU network(3, 4, {.bias = bias, .dtype = float64});
    const Tensor x = randn({2, 3}, float64), y = network(x).value();
    const auto affine = [&](const Linear& W, std::int64_t row, const std::vector<double>& from) {
      double to = bias ? static_cast<double>(W.bias.value().at(row)) : 0;
      for (std::size_t j = 0; j < from.size(); ++j)
        to += from[j] * W.weight.value().at({row, static_cast<std::int64_t>(j)});
      return to;
    };
    for (std::int64_t i = 0; i < 2; ++i) {
      const std::vector<double> row = x[i].to_vector<double>();
      std::vector<double> hidden;
      for (std::int64_t h = 0; h < 4; ++h) {
        const double gate = affine(network.W_gate, h, row);
        hidden.push_back(gate / (1 + std::exp(-gate)) * affine(network.W_up, h, row));
      }
      for (std::int64_t j = 0; j < 3; ++j)
        CHECK(std::abs(y.at({i, j}) - affine(network.W_down, j, hidden)) < 1e-14);
    }
    const GradcheckResult result = gradcheck(network, {randn({2, 2, 3}, float64)});
    CHECK_MESSAGE(result, result.message());
  }
}

TEST_CASE("SwiGLU: parameters, dropout and empty inputs") {
  SwiGLU network(3, 4, {.dropout = 0.5});
  CHECK(network.num_parameters() == 3 * 3 * 4);
  CHECK(SwiGLU(3, 4, {.bias = true}).num_parameters() == 3 * 3 * 4 + 4 + 4 + 3);
  CHECK(network(zeros({0, 3})).shape() == Shape{0, 3});
  const Tensor x = ones({40, 3});
  CHECK_FALSE(equal(network(x), network(x)));
  network.eval();
  CHECK(equal(network(x), network(x)));
  CHECK_THROWS_TEXT(network(zeros({2, 4})), "in W_gate");
}
