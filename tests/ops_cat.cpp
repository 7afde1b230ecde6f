// cat and stack, against PyTorch (golden/make_join.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("cat: values and gradients") {
  check_ops("join", {
                        {"cat_0", [](const Xs& x) { return cat(x); }},
                        {"cat_1", [](const Xs& x) { return cat(x, 1); }},
                        {"cat_-1", [](const Xs& x) { return cat(x, -1); }},
                        {"stack_0", [](const Xs& x) { return stack(x); }},
                        {"stack_1", [](const Xs& x) { return stack(x, 1); }},
                        {"stack_-1", [](const Xs& x) { return stack(x, -1); }},
                    });
}

TEST_CASE("cat: one Variable several times gets the sum of its gradients") {
  const Variable x(zeros({2}), true);
  cat({x, x, x}).backward(tensor({1, 2, 10, 20, 100, 200}, float32));
  CHECK(equal(x.grad(), tensor({111, 222}, float32)));
}

TEST_CASE("cat: the gradient of a small part does not hold on to the large one") {
  const Variable a(ones({1}), true), b(ones({1000000}), true);
  cat({a, b}).backward(ones({1000001}));
  CHECK(a.grad().storage() != b.grad().storage());
  CHECK(a.grad().storage()->bytes() == sizeof(float));
}

TEST_CASE("cat: errors") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(cat({}), "[cat] needs at least one part");
  CHECK_THROWS_TEXT(cat({x, zeros({3, 2})}), "[cat] sizes may differ in dim 0 only: (2, 3) and (3, 2)");
  CHECK_THROWS_TEXT(cat({x, zeros({0})}), "[cat] sizes may differ in dim 0 only: (2, 3) and (0,)");
  CHECK_THROWS_TEXT(cat({x, x}, 2), "[cat] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(
      cat({x, zeros({2, 3}, float64)}),
      "[cat] parts are float32 and float64; convert one of them with to(float32) or to(float64)");
  CHECK_THROWS_TEXT(cat({zeros({}), zeros({})}), "[cat] dim 0 is out of range for a tensor of 0 dims");
  CHECK_THROWS_TEXT(stack({}), "[stack] needs at least one part");
  CHECK_THROWS_TEXT(stack({x, zeros({2, 1})}), "[stack] parts must have one shape: (2, 3) and (2, 1)");
  CHECK_THROWS_TEXT(stack({x, x}, -4), "[stack] dim -4 is out of range for a tensor of 3 dims");
}
