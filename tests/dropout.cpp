// Dropout, against PyTorch (golden/make_pick.py) and finite differences.
#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/dropout.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("dropout gives PyTorch's numbers bit for bit, forward and backward") {
  for (const char* dtype : {"float32", "float64"}) {
    for (const auto& [text, p] : {std::pair{"0.1", 0.1}, {"0.5", 0.5}, {"0.9", 0.9}}) {
      const auto expected = [&, text = text](const char* what) -> const Tensor& {
        return golden("pick", std::string("dropout/") + dtype + "/" + text + "/" + what);
      };
      CAPTURE(dtype);
      CAPTURE(text);
      Generator generator(11);
      const Variable x(expected("in").clone(), true);
      const Variable y = dropout(x, p, true, generator);
      CHECK(equal(y.value(), expected("out")));
      CHECK(y.node()->inputs()[0] == x.node());
      CHECK(y.node()->saved_bytes() == 3 * 37);
      y.backward(expected("gout"));
      CHECK(equal(x.grad(), expected("grad")));
    }
  }
}

TEST_CASE("dropout has right first and second derivatives") {
  const auto f = [](const std::vector<Variable>& x) {
    Generator generator(3);
    const Variable y = dropout(x[0], 0.4, true, generator);
    return y * y;
  };
  const Variable x = randn({3, 5}, float64);
  const GradcheckResult first = gradcheck(f, {x}), second = gradcheck(f, {x}, {.order = 2});
  CHECK_MESSAGE(first, first.message());
  CHECK_MESSAGE(second, second.message());
}

TEST_CASE("dropout as the identity draws nothing, and p = 1 gives zeros") {
  Generator generator(5);
  const GeneratorState before = generator.state();
  const Variable x(randn({4}), true);
  CHECK(dropout(x, 0.5, false, generator).node() == x.node());
  CHECK(dropout(x, 0, true, generator).node() == x.node());
  const Variable none = dropout(x, 1, true, generator);
  CHECK(max_abs(none.value()) == 0);
  none.backward(ones({4}));
  CHECK(max_abs(x.grad()) == 0);
  CHECK(generator.state() == before);
  CHECK(dropout(zeros({2, 0}), 0.5, true, generator).shape() == Shape{2, 0});
}

TEST_CASE("dropout refuses a wrong p") {
  const Tensor x = zeros({2});
  CHECK_THROWS_TEXT(dropout(x, -0.1), "[dropout] p must lie in [0, 1], got -0.1");
  CHECK_THROWS_TEXT(dropout(x, 1.5, false), "[dropout] p must lie in [0, 1], got 1.5");
  CHECK_THROWS_TEXT(dropout(x, 0.0 / 0.0), "[dropout] p must lie in [0, 1], got ");
  CHECK_THROWS_TEXT(dropout(zeros({2}, int64), 0.5), "[dropout] needs a floating dtype, not int64 of shape");
}
