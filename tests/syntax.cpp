// Lines that users of PyTorch and NumPy write: conversions, methods, shapes, lists and numbers as arguments.
// What must not compile is in compile/refused.cpp.
#include "support.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <xgrad/core/xtensor.hpp>
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
  CHECK_THROWS_TEXT(allclose(x * 2, x.value()), "[Variable] a result of shape (2,) requires a gradient");
  CHECK_THROWS_TEXT(Variable(x * 2, true), "[Variable] a result of shape (2,) requires a gradient");
  CHECK_THROWS_TEXT(Tensor(Variable()), "[Variable] the variable is undefined");
  const Tensor detached = (x * 2).detach();
  CHECK(equal(detached, tensor({2.0, 4.0})));
  NoGradGuard guard;
  const Tensor unrecorded = x * 2;
  CHECK(equal(unrecorded, detached));
}

TEST_CASE("syntax: methods are the free functions, of a Tensor and of a Variable") {
  const Tensor t = tensor({{0.5, 0.25, 0.75}, {0.125, 0.875, 1.0}});
  const Variable x(t, true);
  const auto check = [&](const char* name, auto method, auto function) {
    CAPTURE(name);
    static_assert(std::same_as<decltype(method(t)), Tensor>);
    const auto expected = function(x);
    if constexpr (std::same_as<decltype(function(x)), Tensor>) {
      CHECK(equal(method(t), expected));
      CHECK(equal(method(x), expected));
    } else {
      CHECK(equal(method(t), expected.value()));
      const Variable y = method(x);
      CHECK(equal(y.value(), expected.value()));
      CHECK(y.requires_grad());
    }
  };
#define CHECK_METHOD(name, ...)                                 \
  check(                                                        \
      #name, [](const auto& a) { return a.name(__VA_ARGS__); }, \
      [](const Variable& a) { return xgrad::name(a __VA_OPT__(, ) __VA_ARGS__); })
  CHECK_METHOD(abs);
  CHECK_METHOD(neg);
  CHECK_METHOD(exp);
  CHECK_METHOD(log);
  CHECK_METHOD(log1p);
  CHECK_METHOD(sqrt);
  CHECK_METHOD(rsqrt);
  CHECK_METHOD(sin);
  CHECK_METHOD(cos);
  CHECK_METHOD(tanh);
  CHECK_METHOD(erf);
  CHECK_METHOD(sigmoid);
  CHECK_METHOD(relu);
  CHECK_METHOD(gelu);
  CHECK_METHOD(silu);
  CHECK_METHOD(mish);
  CHECK_METHOD(softplus);
  CHECK_METHOD(softplus, 3, 2);
  CHECK_METHOD(pow, 3);
  CHECK_METHOD(clamp, 0.25, 0.75);
  CHECK_METHOD(clamp, {}, 0.75);
  CHECK_METHOD(sign);
  CHECK_METHOD(isnan);
  CHECK_METHOD(logical_not);
  CHECK_METHOD(sum);
  CHECK_METHOD(sum, {0, -1}, true);
  CHECK_METHOD(mean, -1);
  CHECK_METHOD(var, 0, 0, true);
  CHECK_METHOD(std, 1);
  CHECK_METHOD(norm);
  CHECK_METHOD(norm, 1, 0, true);
  CHECK_METHOD(amax, 1, true);
  CHECK_METHOD(amin, 1);
  CHECK_METHOD(max);
  CHECK_METHOD(min);
  CHECK_METHOD(argmax, -1, true);
  CHECK_METHOD(argmin, 0);
  CHECK_METHOD(any, 0);
  CHECK_METHOD(all);
  CHECK_METHOD(softmax, -1);
  CHECK_METHOD(log_softmax, 0);
  CHECK_METHOD(logsumexp, 0, true);
  CHECK_METHOD(cumsum, 1);
  CHECK_METHOD(flatten);
  CHECK_METHOD(repeat, {2, 1});
  CHECK_METHOD(flip, {1});
  CHECK_METHOD(tril);
  CHECK_METHOD(triu, 1);
#undef CHECK_METHOD
  const Tensor rows = tensor({1, 0, 1}), columns = tensor({{2}, {0}});
  check(
      "index_select", [&](const auto& a) { return a.index_select(0, rows); },
      [&](const Variable& a) { return index_select(a, 0, rows); });
  check(
      "gather", [&](const auto& a) { return a.gather(1, columns); },
      [&](const Variable& a) { return gather(a, 1, columns); });
  check(
      "masked_fill", [&](const auto& a) { return a.masked_fill(ge(t, 0.5), -1); },
      [&](const Variable& a) { return masked_fill(a, ge(t, 0.5), -1); });
  check(
      "max along a dim", [](const auto& a) { return a.max(1).first; },
      [](const Variable& a) { return max(a, 1).first; });
  check(
      "min along a dim", [](const auto& a) { return a.min(-1, true).second; },
      [](const Variable& a) { return min(a, -1, true).second; });
  check(
      "chunk", [](const auto& a) { return a.chunk(2, 1)[1]; },
      [](const Variable& a) { return chunk(a, 2, 1)[1]; });
  check(
      "split", [](const auto& a) { return a.split(2, 1)[1]; },
      [](const Variable& a) { return split(a, 2, 1)[1]; });
  check(
      "split by sizes",
      [](const auto& a) {
        return a.split({1, 2}, 1)[1];
      },
      [](const Variable& a) {
        return split(a, {1, 2}, 1)[1];
      });
}

TEST_CASE("syntax: a method with a second operand keeps that one's gradient") {
  const Tensor t = tensor({{1.0, 2.0}, {3.0, 4.0}});
  const Variable w(tensor({{2.0}, {3.0}}), true);
  const Variable y = t.matmul(w);
  CHECK(equal(y.value(), tensor({{8.0}, {18.0}})));
  sum(y).backward();
  CHECK(equal(w.grad(), tensor({{4.0}, {6.0}})));
  CHECK(equal(w.matmul(t.slice(0, 0, 1)).value(), tensor({{2.0, 4.0}, {3.0, 6.0}})));
  const Variable powers = t.pow(w);
  CHECK(equal(powers.value(), tensor({{1.0, 4.0}, {27.0, 64.0}})));
  CHECK(powers.requires_grad());
  const Tensor squares = t.pow(full({}, 2.0));
  CHECK(equal(squares, t.pow(2)));
  const Variable mask(tensor({true, false})), index(tensor({1}));
  const Tensor filled = t.masked_fill(mask, 0), row = t.index_select(0, index);
  CHECK(equal(filled, tensor({{0.0, 2.0}, {0.0, 4.0}})));
  CHECK(equal(row, tensor({{3.0, 4.0}})));
  CHECK(w.to_vector<double>() == std::vector<double>{2, 3});
}

TEST_CASE("syntax: T() transposes a matrix, and nothing else") {
  const Tensor t = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(equal(t.T(), tensor({{1, 4}, {2, 5}, {3, 6}})));
  CHECK(t.T().storage() == t.storage());
  CHECK(zeros({0, 3}).T().shape() == Shape{3, 0});
  const Variable x(ones({2, 3}), true);
  sum(x.T() * tensor({1, 2})).backward();
  CHECK(equal(x.grad(), tensor({{1.0, 1.0, 1.0}, {2.0, 2.0, 2.0}})));
  const char* text = "; mT() swaps the last two dims, permute() orders all of them";
  CHECK_THROWS_TEXT(zeros({2, 3, 4}).T(), std::string("[T] needs a matrix, not shape (2, 3, 4)") + text);
  CHECK_THROWS_TEXT(x.reshape(-1).T(), "[T] needs a matrix, not shape (6,)");
  CHECK_THROWS_TEXT(zeros({}).T(), "[T] needs a matrix, not shape ()");
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

TEST_CASE("syntax: a Tensor of a list of numbers") {
  struct Row {
    const char* name;
    Tensor made;
    DType dtype;
    Shape shape;
    std::vector<double> elements;
  };
  const std::vector<float> values = {0.5f, 1.5f};
  const std::vector<std::vector<int>> nested = {{1, 2, 3}, {4, 5, 6}};
  const Row table[] = {
      {"int", tensor(std::vector<int>{0, -1}), int64, {2}, {0, -1}},
      {"int8", tensor(std::vector<std::int8_t>{-128, 127}), int64, {2}, {-128, 127}},
      {"unsigned", tensor(std::vector<unsigned>{4294967295u}), int64, {1}, {4294967295.0}},
      {"uint64", tensor(std::vector<std::uint64_t>{7}), int64, {1}, {7}},
      {"float", tensor(values), float32, {2}, {0.5, 1.5}},
      {"double", tensor(std::vector<double>{1.5}), float64, {1}, {1.5}},
      {"long double", tensor(std::vector<long double>{1.5L}), float64, {1}, {1.5}},
      {"bool", tensor(std::vector<bool>{true, false}), boolean, {2}, {1, 0}},
      {"array", tensor(std::array<int, 3>{1, 2, 3}), int64, {3}, {1, 2, 3}},
      {"array of bool", tensor(std::array<bool, 2>{false, true}), boolean, {2}, {0, 1}},
      {"span", tensor(std::span(values)), float32, {2}, {0.5, 1.5}},
      {"nested", tensor(nested), int64, {2, 3}, {1, 2, 3, 4, 5, 6}},
      {"nested bool", tensor(std::vector<std::vector<bool>>{{true}, {false}}), boolean, {2, 1}, {1, 0}},
      {"arrays", tensor(std::vector<std::array<double, 2>>{{1, 2}}), float64, {1, 2}, {1, 2}},
      {"deep",
       tensor(std::vector<std::vector<std::vector<float>>>{{{1, 2}}, {{3, 4}}}),
       float32,
       {2, 1, 2},
       {1, 2, 3, 4}},
      {"empty", tensor(std::vector<int>{}), int64, {0}, {}},
      {"no rows", tensor(std::vector<std::vector<float>>{}), float32, {0, 0}, {}},
      {"no rows of three", tensor(std::vector<std::array<float, 3>>{}), float32, {0, 3}, {}},
      {"empty rows", tensor(std::vector<std::vector<float>>{{}, {}}), float32, {2, 0}, {}},
      {"as float32", tensor(std::vector<int>{1, 2}, float32), float32, {2}, {1, 2}},
      {"as boolean", tensor(std::vector<double>{0, 2}, boolean), boolean, {2}, {0, 1}},
      {"as int64", tensor(nested, int64), int64, {2, 3}, {1, 2, 3, 4, 5, 6}},
  };
  for (const auto& [name, made, dtype, shape, elements] : table) {
    CAPTURE(name);
    CHECK(made.dtype() == dtype);
    CHECK(made.shape() == shape);
    CHECK(made.to_vector<double>() == elements);
  }
  const std::int64_t big = (std::int64_t{1} << 53) + 1;  // no double
  CHECK(tensor(std::vector<std::int64_t>{big}).item<std::int64_t>() == big);
}

TEST_CASE("syntax: a list that is no Tensor says why") {
  using Rows = std::vector<std::vector<int>>;
  CHECK_THROWS_TEXT(tensor(Rows{{1, 2}, {3, 4}, {5}}),
                    "[tensor] rows of different shapes: row 0 is (2,), row 2 is (1,)");
  CHECK_THROWS_TEXT(tensor(Rows{{}, {1}}), "[tensor] rows of different shapes: row 0 is (0,), row 1 is (1,)");
  CHECK_THROWS_TEXT(tensor(std::vector<Rows>{{{1, 2}}, {{3, 4}, {5, 6}}}),
                    "[tensor] rows of different shapes: row 0 is (1, 2), row 1 is (2, 2)");
  CHECK_THROWS_TEXT(tensor(std::vector<std::uint64_t>{1, std::uint64_t{1} << 63}),
                    "[tensor] int64 does not hold 9223372036854775808");
  static_assert(!number_list::List<xt::xarray<float>>);  // its shape would be lost: from_xt
  static_assert(!number_list::List<std::vector<const char*>>);
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
