// The ops as methods of Tensors and Variables.
#include "support.hpp"

#include <concepts>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

TEST_CASE("op methods: methods are the free functions, of a Tensor and of a Variable") {
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
  CHECK_METHOD(clip, 0.25, 0.75);
  CHECK_METHOD(clip, 0.5);
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
  CHECK_METHOD(argmax);
  CHECK_METHOD(argmin);
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

TEST_CASE("op methods: a method with a second operand keeps that one's gradient") {
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

TEST_CASE("op methods: T() transposes a matrix, and nothing else") {
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
