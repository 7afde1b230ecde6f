// Lines that users of PyTorch and NumPy write: conversions, shapes and numbers as arguments. What must not
// compile is in compile/refused.cpp, methods are in op_methods.cpp, lists in number_lists.cpp.
#include "support.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

TEST_CASE("syntax: a result without a gradient becomes a Tensor") {
  const Tensor t = tensor({1.0, 2.0});
  const Tensor z = t + t;
  CHECK(equal(z, tensor({2.0, 4.0})));
  CHECK(allclose(t * 0.5, z / 4));
  CHECK(equal(reshape(z, 2) - z, zeros(2)));
  CHECK((reshape(z, {2, 1}).value().storage() == z.storage()));

  const std::optional<Tensor> maybe = t + t;
  const std::vector<Tensor> many = {t + t, t};
  CHECK(equal(*maybe, many[0]));
  const Tensor rows = stack({t, z});
  Tensor values, indices;
  std::tie(values, indices) = max(rows, 0);
  CHECK(equal(values, z));
  CHECK(equal(indices, tensor({1, 1})));
  const Variable leaf(t * 3, /*requires_grad=*/true);
  CHECK(leaf.is_leaf());
  CHECK(leaf.requires_grad());
}

TEST_CASE("syntax: a result with a gradient stays a Variable") {
  const Variable x(tensor({1.0, 2.0}), true);
  CHECK_THROWS_TEXT(
      Tensor(x * 2),
      "[Variable] a result of shape (2,) requires a gradient, which a Tensor does not have; keep it as "
      "a Variable, take its value() or detach() it, or compute it under a NoGradGuard");
  CHECK_THROWS_TEXT(zeros(2, float64).copy_(x * 2), "[Variable] a result of shape (2,) requires a gradient");
  CHECK_THROWS_TEXT(Variable(x * 2, true), "[Variable] a result of shape (2,) requires a gradient");
  CHECK_THROWS_TEXT(Tensor(Variable()), "[Variable] the variable is undefined");
  const Tensor detached = (x * 2).detach();
  CHECK(equal(detached, tensor({2.0, 4.0})));
  NoGradGuard guard;
  const Tensor unrecorded = x * 2;
  CHECK(equal(unrecorded, detached));
}

TEST_CASE("syntax: equal and allclose compare Variables, with or without a gradient") {
  const Tensor t = tensor({1.0, 2.0});
  const Variable x(t, true), y = x * 2;
  CHECK(equal(y, x + x));
  CHECK(equal(y, t + t));
  CHECK(equal(t * 2, y));
  CHECK(!equal(x, y));
  CHECK(allclose(x * 2 + 1e-9, y));
  CHECK(!allclose(t, y));
  CHECK(equal(t[t > 1], x[t > 1]));
  CHECK(allclose(t, y, 0, 2));
  const Variable nan = y * std::nan("");
  CHECK(!allclose(nan, nan));
  CHECK(allclose(nan, nan, 0, 0, /*equal_nan=*/true));
  CHECK_THROWS_TEXT(equal(x, Variable()), "[Variable] the variable is undefined");
}

TEST_CASE("syntax: sizes by name") {
  const Tensor t = zeros({2, 6, 32});
  const auto [B, T, D] = t.sizes<3>();
  CHECK(std::array{B, T, D} == std::array<std::int64_t, 3>{2, 6, 32});
  const auto [rows, columns] = Variable(zeros({4, 0})).sizes<2>();
  CHECK(rows == 4);
  CHECK(columns == 0);
  CHECK(Shape{}.sizes<0>().empty());
  CHECK_THROWS_TEXT(t.sizes<2>(), "[sizes] shape (2, 6, 32) has 3 dims, not 2");
  CHECK_THROWS_TEXT(zeros(5).sizes<2>(), "[sizes] shape (5,) has 1 dim, not 2");
  CHECK_THROWS_TEXT(zeros({}).sizes<1>(), "[sizes] shape () has 0 dims, not 1");
}

TEST_CASE("syntax: one number is a shape of one dim, or an index") {
  CHECK(zeros(3).shape() == Shape{3});
  CHECK(zeros({}).shape() == Shape{});
  CHECK(zeros(0).numel() == 0);
  CHECK(ones(2, float64).dtype() == float64);
  CHECK(empty(std::size_t{4}).shape() == Shape{4});
  CHECK(equal(full(2, 1.5), tensor({1.5, 1.5})));
  CHECK(randint(0, 10, 5).shape() == Shape{5});
  manual_seed(0);
  const Tensor drawn = randn({4});
  manual_seed(0);
  CHECK(equal(randn(4), drawn));
  CHECK_THROWS_TEXT(zeros(-1), "[empty] sizes must not be negative: (-1,)");
  CHECK_THROWS_TEXT(zeros(std::numeric_limits<std::uint64_t>::max()),
                    "[empty] more elements than can be counted");

  const Tensor t = tensor({1.0, 2.0, 3.0});
  CHECK(t.at(0) == 1);
  CHECK(t.at(-1) == 3);
  t.at(1) = 5;
  CHECK(t.at({1}) == 5);
  CHECK_THROWS_TEXT(t.at(3), "[at] index (3,) is out of range for shape (3,)");
  const Tensor matrix = zeros({2, 3});
  CHECK(matrix.reshape(-1).shape() == Shape{6});
  CHECK(matrix.reshape({-1}).shape() == Shape{6});
  CHECK(Variable(matrix).reshape(6).shape() == Shape{6});
  CHECK(t.permute(0).shape() == Shape{3});
  CHECK(zeros(1).expand(4).shape() == Shape{4});
  CHECK(equal(t.flip(0), tensor({3.0, 5.0, 1.0})));
  CHECK(t.repeat(2).shape() == Shape{6});
}

TEST_CASE("syntax: a dim, several dims, keepdim") {
  const Tensor t = tensor({{1.0, 2.0}, {3.0, 6.0}});
  CHECK(equal(sum(t, 0), tensor({4.0, 8.0})));
  CHECK(equal(mean(t, -1, true), tensor({{1.5}, {4.5}})));
  CHECK(allclose(t.std(1), tensor({0.70710678, 2.1213203})));  // torch.tensor([[1., 2], [3, 6]]).std(1)
  CHECK(allclose(xgrad::std(t, 1), t.std({1})));
  CHECK(t.sum({0, 1}, true).shape() == Shape{1, 1});
}

TEST_CASE("syntax: a number beside a Tensor takes its dtype") {
  const Tensor wide = tensor({-1.0, 2.0}, float64), narrow = wide.to(float32), whole = tensor({-1, 2});
  const Tensor is_positive = tensor({false, true});
  for (const Tensor& t : {wide, narrow}) {
    CHECK(equal(maximum(t, 0.5), tensor({0.5, 2.0}, t.dtype())));
    CHECK(equal(maximum(0, t), tensor({0, 2}, t.dtype())));
    CHECK(equal(minimum(t, 0), tensor({-1, 0}, t.dtype())));
    CHECK(equal(minimum(0.5, t), tensor({-1.0, 0.5}, t.dtype())));
    CHECK(equal(where(is_positive, t, 0.0), tensor({0, 2}, t.dtype())));
    CHECK(equal(where(is_positive, 1, t), tensor({-1, 1}, t.dtype())));
    CHECK(equal(pow(2, t), tensor({0.5, 4.0}, t.dtype())));
  }
  CHECK(equal(maximum(whole, 0), tensor({0, 2})));
  CHECK(equal(maximum(whole, 0.5), tensor({0.5, 2.0})));  // as in whole + 0.5
  CHECK(equal(where(is_positive, whole, 7), tensor({7, 2})));
  CHECK(equal(where(is_positive, 0.5, whole), tensor({-1.0, 0.5})));
  CHECK(equal(where(is_positive, 1, 0), tensor({0, 1})));
  CHECK(equal(where(is_positive, 1.0, 0), tensor({0.0, 1.0})));
  CHECK(equal(where(is_positive, true, false), is_positive));
  CHECK(maximum(zeros({0, 2}), 1).shape() == Shape{0, 2});
  CHECK_THROWS_TEXT(maximum(Variable(), 0), "[maximum] ");
  CHECK_THROWS_TEXT(where(is_positive, 0, Variable()), "[where] ");
  CHECK_THROWS_TEXT(pow(2, Variable()), "[pow] ");
}

TEST_CASE("syntax: an optimiser of a list of Variables") {
  const Variable w(tensor({1.0}), true), b(tensor({2.0}), true);
  sum(w * 2 + b).backward();
  optim::SGD sgd({w, b}, {.lr = 0.5});
  sgd.step();
  CHECK(w.item<double>() == 0);
  CHECK(b.item<double>() == 1.5);
  CHECK(optim::SGD({w}).lr() == 1e-3);
  CHECK(optim::Adam({w, b}).parameters().size() == 2);
  CHECK(optim::AdamW({w}).parameters()[0].is(w));
}
