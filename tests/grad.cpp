// grad(outputs, inputs).
#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(double value) { return Variable(tensor({value}), true); }
double number(const Variable& x) { return x.item<double>(); }

}  // namespace

TEST_CASE("grad: it returns gradients and leaves those of the leaves alone") {
  const Variable a = leaf(2), b = leaf(3);
  const Variable c = a * b, d = c * c;
  const auto gradients = grad({d}, {a, c, b, d}, {.retain_graph = true});
  CHECK(number(gradients[0]) == 36);
  CHECK(number(gradients[1]) == 12);  // a result in the middle
  CHECK(number(gradients[2]) == 24);
  CHECK(number(gradients[3]) == 1);  // the output itself
  CHECK_FALSE(a.has_grad());
  CHECK_FALSE(gradients[0].requires_grad());
  CHECK(number(grad({d}, {c}).at(0)) == 12);
  CHECK_NOTHROW(grad({c}, {a}));  // the replay above stopped at c
}

TEST_CASE("grad: it sums over the outputs, each with its own dL/d(output)") {
  const Variable x = leaf(2), y = x * x, z = x * 5;
  CHECK(number(grad({y, z}, {x}, {.retain_graph = true}).at(0)) == 9);
  CHECK(number(grad({y, y}, {x}, {.retain_graph = true}).at(0)) == 8);
  const auto weighted = grad({y, z}, {x}, {.grad_outputs = {tensor({10.0}), Variable()}});
  CHECK(number(weighted.at(0)) == 45);
}

TEST_CASE("grad: create_graph gives gradients of gradients") {
  const Variable x = leaf(2);
  const Variable y = x * x * x;
  const Variable first = grad({y}, {x}, {.create_graph = true}).at(0);
  const Variable second = grad({first}, {x}, {.create_graph = true}).at(0);
  const Variable third = grad({second}, {x}).at(0);
  CHECK(number(first) == 12);
  CHECK(number(second) == 12);
  CHECK(number(third) == 6);
  CHECK_FALSE(third.requires_grad());

  const Variable w = leaf(3);  // a gradient penalty: d/dw (2 w v)² with v = 2
  const Variable v = leaf(2);
  const Variable slope = grad({w * w * v}, {w}, {.create_graph = true}).at(0);
  (slope * slope).backward();
  CHECK(w.grad().item<double>() == 96);
  CHECK(v.grad().item<double>() == 144);
  const Variable start(tensor({1.5}), true);  // through dL/d(output)
  const Variable g = grad({w * w}, {w}, {.grad_outputs = {start}, .create_graph = true}).at(0);
  CHECK(number(grad({g}, {start}).at(0)) == 6);
}

TEST_CASE("grad: an input that no output depends on needs allow_unused") {
  const Variable x = leaf(2), other = leaf(3), y = x * x;
  CHECK_THROWS_TEXT(
      grad({y}, {x, other}, {.retain_graph = true}),
      "[grad] the outputs do not depend on input 1 of shape (1,); pass allow_unused = true to get an "
      "undefined gradient for it");
  const auto gradients = grad({y}, {x, other}, {.allow_unused = true});
  CHECK(number(gradients[0]) == 4);
  CHECK_FALSE(gradients[1].defined());
}
