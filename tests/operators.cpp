// Comparisons, masks and compound assignments as operators: against the functions of the same meaning, which
// compare.cpp and ops_arithmetic.cpp check against PyTorch, and against written values.
#include "support.hpp"

#include <cmath>
#include <type_traits>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/mask.hpp>

using namespace xgrad;

namespace {

// The six comparisons of a and b, each as bits of the two elements.
template <class A, class B>
std::vector<std::vector<bool>> compared(const A& a, const B& b) {
  std::vector<std::vector<bool>> results;
  for (const Tensor& result : {a == b, a != b, a<b, a <= b, a> b, a >= b}) {
    static_assert(std::is_same_v<decltype(a == b), Tensor>);
    CHECK(name(result.dtype()) == "boolean");
    results.push_back(result.to_vector<bool>());
  }
  return results;
}

}  // namespace

TEST_CASE("operators: six comparisons of Variables, Tensors and numbers, on either side") {
  using Bits = std::vector<std::vector<bool>>;
  const Tensor t = tensor({1.0F, 2.0F, 3.0F}), twos = tensor({2.0F, 2.0F, 2.0F});
  const Variable x(t, true), y = twos;
  const Bits with_2 = {{false, true, false}, {true, false, true},  {true, false, false},
                       {true, true, false},  {false, false, true}, {false, true, true}};
  const Bits of_2 = {with_2[0], with_2[1], with_2[4], with_2[5], with_2[2], with_2[3]};
  CHECK(compared(x, y) == with_2);
  CHECK(compared(x, twos) == with_2);
  CHECK(compared(t, y) == with_2);
  CHECK(compared(t, twos) == with_2);
  CHECK(compared(x, 2) == with_2);
  CHECK(compared(t, 2.0) == with_2);
  CHECK(compared(x, 2u) == with_2);
  CHECK(compared(2, x) == of_2);
  CHECK(compared(2.0F, t) == of_2);
  CHECK(compared(y, x) == of_2);
  CHECK(compared(tensor({1, 2, 3}), 2) == with_2);
  CHECK(compared(2, tensor({1, 2, 3})) == of_2);
}

TEST_CASE("operators: comparisons broadcast, promote and follow NaN") {
  CHECK(equal(tensor({{1}, {2}}) < tensor({1, 2, 3}), tensor({{false, true, true}, {false, false, true}})));
  CHECK(equal(tensor({1, 2}) == tensor({1.0F, 2.5F}), tensor({true, false})));
  CHECK(equal(tensor({1, 2}) > 1.5, tensor({false, true})));
  CHECK(equal(tensor({true, false}) == true, tensor({true, false})));
  CHECK(equal(0.1 == tensor({0.1F}), tensor({true})));  // the number takes the dtype
  const Tensor nan = tensor({NAN, 1.0F});
  CHECK(equal(nan == nan, tensor({false, true})));
  CHECK(equal(nan != nan, tensor({true, false})));
  CHECK(equal(nan >= nan, tensor({false, true})));
  CHECK((zeros({0, 3}) == 0).shape() == Shape{0, 3});
  CHECK_THROWS_TEXT(zeros({2}) == zeros({3}), "[eq] shapes do not broadcast: (2,) and (3,)");
  CHECK_THROWS_TEXT(0 < Variable(), "[gt]");
  CHECK_THROWS_TEXT(zeros({2}, float32) < zeros({2}, float64), "[lt]");
}

TEST_CASE("operators: elements, shapes and dtypes compare as before") {
  const Tensor t = tensor({1.0F, 2.0F});
  CHECK(t.at({0}) == 1);
  CHECK(t.at({0}) < t.at({1}));
  CHECK(t.shape() == Shape{2});
  CHECK(t.dtype() == float32);
  CHECK(t.storage() == t.storage());
  CHECK_FALSE(std::is_convertible_v<Tensor, bool>);
  CHECK_FALSE(std::is_constructible_v<bool, Tensor>);
}

TEST_CASE("operators: masks") {
  const Tensor a = tensor({true, true, false, false}), b = tensor({true, false, true, false});
  CHECK(equal(a & b, tensor({true, false, false, false})));
  CHECK(equal(a | b, tensor({true, true, true, false})));
  CHECK(equal(a ^ b, tensor({false, true, true, false})));
  CHECK(equal(~a, tensor({false, false, true, true})));
  CHECK(equal(!a, ~a));
  const Variable x = tensor({{1.0F, -1.0F}, {3.0F, 5.0F}});
  CHECK(equal((x > 0) & (x < 4), tensor({{true, false}, {true, false}})));
  CHECK(equal(~(x > 0) | Variable(tensor({false, true})), tensor({{false, true}, {false, true}})));
  CHECK_THROWS_TEXT(a & tensor({1, 0, 1, 0}),
                    "[&] combines boolean masks, not int64 of shape (4,); x != 0 is boolean");
  CHECK_THROWS_TEXT(x | a, "[|] combines boolean masks, not float32");
  CHECK_THROWS_TEXT(a ^ x, "[^] combines boolean masks, not float32");
  CHECK_THROWS_TEXT(~x, "[~] combines boolean masks, not float32");
  CHECK_THROWS_TEXT(a & tensor({true, false}), "do not broadcast: (4,) and (2,)");
  static_cast<void>(nn::Mask::causal() & nn::Mask::keep(a & b));  // nn::Mask has an & of its own
}

TEST_CASE("compound assignment: a Tensor changes in place") {
  const Tensor t = tensor({{1.0F, 2.0F}, {3.0F, 4.0F}}), view = t.select(0, 1);
  Tensor same = t;
  same += 1;
  same -= tensor({1.0F, 2.0F});
  same *= tensor({{2.0F}, {3.0F}});
  same /= 2;
  CHECK(equal(t, tensor({{1.0F, 1.0F}, {4.5F, 4.5F}})));
  view /= tensor({3.0F, 9.0F});
  view -= 0.5;
  view *= 2;
  view += tensor({1, 2});  // an integer operand
  CHECK(equal(t, tensor({{1.0F, 1.0F}, {3.0F, 2.0F}})));
  CHECK(same.storage() == t.storage());
  CHECK(t.version() == 8);
  const Tensor& itself = t;
  t /= itself;
  CHECK(equal(t, ones({2, 2})));
  t -= t.mT();
  CHECK(equal(t, zeros({2, 2})));
  Tensor none = zeros({0, 2});
  none += 1;
  none /= ones({2});
  CHECK(none.shape() == Shape{0, 2});
}

TEST_CASE("compound assignment: integers and booleans") {
  const Tensor n = tensor({7, -8, std::int64_t{1} << 60});
  n += 1;
  n -= tensor({1, 2, 3});
  n *= 2;
  n -= 5;
  CHECK(equal(n, tensor({9, -23, (std::int64_t{1} << 61) - 9})));
  CHECK_THROWS_TEXT(n += 0.5, "[add_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(n -= 0.5, "[sub_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(n *= tensor({0.5F}), "[mul_] a float32 result does not fit into int64");
  CHECK_THROWS_TEXT(n /= 2, "[div_] a floating quotient does not fit into int64");
  CHECK_THROWS_TEXT(n /= tensor({2}), "[div_] a floating quotient does not fit into int64");
  const Tensor b = tensor({true, false});
  CHECK_THROWS_TEXT(b -= b, "[sub_] a difference does not fit into boolean");
  CHECK_THROWS_TEXT(b -= true, "[sub_] a difference does not fit into boolean");
  CHECK(equal(b, tensor({true, false})));
}

TEST_CASE("compound assignment: errors") {
  const Tensor t = zeros({2});
  CHECK_THROWS_TEXT(t += zeros({2, 2}), "[add_] shape (2, 2) does not broadcast to (2,)");
  CHECK_THROWS_TEXT(t /= zeros({3}), "[div_] shape (3,) does not broadcast to (2,)");
  CHECK_THROWS_TEXT(t -= zeros({3}), "[sub_] shape (3,) does not broadcast to (2,)");
  CHECK_THROWS_TEXT(tensor({1, 2}) -= 0.5, "[sub_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(t -= zeros({2}, float64), "float64");
  CHECK_THROWS_TEXT(t.expand({3, 2}) /= 2, "[div_] elements of this expanded tensor");
  CHECK_THROWS_TEXT(Tensor() -= 1, "[");
  CHECK(t.version() == 0);
}

TEST_CASE("compound assignment: a Variable that is no parameter becomes another one") {
  const Variable x(tensor({1.0F, 2.0F}), true);
  Variable y = x * 2, old = y;
  y += 1;
  y -= x;
  y *= x;
  y /= 2;
  CHECK(equal(y.value(), tensor({1.0F, 3.0F})));  // ((2x + 1) − x) x / 2
  CHECK(equal(old.value(), tensor({2.0F, 4.0F})));
  sum(y).backward();
  CHECK(equal(x.grad(), tensor({1.5F, 2.5F})));  // x + 1/2
  Variable total = zeros({});
  for (int i = 0; i < 3; ++i) total += sum(x);
  CHECK(total.item<float>() == 9);
  CHECK(total.requires_grad());
  const Tensor t = ones({2});
  Variable of_t = t;
  of_t += x;
  of_t *= 2;
  of_t -= 1;
  of_t /= x;
  CHECK(equal(t, ones({2})));
  CHECK(equal(of_t.value(), tensor({3.0F, 2.5F})));
}

TEST_CASE("compound assignment: a parameter changes in place, where nothing is recorded") {
  Variable w(tensor({1.0F, 2.0F}), true);
  const Variable handle = w, y = sum(w * w);
  const Tensor values = w.value();
  for (const auto& change : {+[](Variable& v) { v += 1; }, +[](Variable& v) { v -= ones({2}); },
                             +[](Variable& v) { v *= 2; }, +[](Variable& v) { v /= ones({2}); }}) {
    CHECK_THROWS_TEXT(change(w), "=] a leaf of shape (2,) that requires a gradient");
  }
  CHECK_THROWS_TEXT(
      w += 1,
      "[+=] a leaf of shape (2,) that requires a gradient is changed while gradients are recorded; "
      "put a NoGradGuard before the update, or make a new Variable: y = x + ...");
  CHECK(equal(values, tensor({1.0F, 2.0F})));
  {
    NoGradGuard guard;
    w += 1;
    w -= tensor({1.0F, 0.0F});
    w *= tensor({3.0F});
    w /= 2;
    w += Variable(tensor({1, 1}));
    w -= 0.5;
    w *= 2;
    w /= tensor({2.0F, 1.0F});
  }
  CHECK(equal(values, tensor({2.0F, 10.0F})));
  CHECK(w.value().storage() == values.storage());
  CHECK(w.is(handle));
  CHECK(w.requires_grad());
  CHECK_THROWS_TEXT(y.backward(), "(mul) kept a value of shape (2,) that was changed in place");
}

TEST_CASE("compound assignment: undefined operands") {
  Variable x = ones({2}), none;
  CHECK_THROWS_TEXT(none += 1, "[+=]");
  CHECK_THROWS_TEXT(none *= x, "[*=]");
  CHECK_THROWS_TEXT(x -= none, "[sub]");
}
