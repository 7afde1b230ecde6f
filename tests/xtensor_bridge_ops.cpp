// xtensor expressions as arguments of ops, as Tensors and Variables, and beside operators.

#include <doctest/doctest.h>

#if __has_include(<xtensor/xarray.hpp>) || __has_include(<xtensor/containers/xarray.hpp>)

#include <cmath>
#include <concepts>
#include <type_traits>
#include <vector>

#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

// Only to be asked about: an expression whose elements no Tensor stores converts, and fails in `from_xt`.
struct Unrelated;
static_assert(std::convertible_to<xt::xarray<float>, Tensor> &&
              std::convertible_to<xt::xarray<float>&, Variable>);
static_assert(std::convertible_to<decltype(xt::exp(xt::xarray<double>())), Variable>);
static_assert(std::convertible_to<const xt::xtensor_fixed<float, xt::xshape<2>>&, Tensor>);
static_assert(!std::convertible_to<std::vector<float>, Variable> && !std::convertible_to<double, Tensor>);
static_assert(!std::convertible_to<Unrelated*, Tensor> && !std::convertible_to<xt::xarray<float>, Scalar>);
static_assert(!std::convertible_to<xt::xarray<std::int64_t>, Shape>);
static_assert(std::is_nothrow_move_constructible_v<Variable> && std::copy_constructible<Tensor>);

}  // namespace

TEST_CASE("an expression or container of xtensor becomes a Tensor or a Variable where one is expected") {
  const xt::xarray<float> a{{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}};
  Tensor t = a + 1.f;
  CHECK(equal(t, tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}})));
  t = xt::transpose(a);
  CHECK(equal(t, tensor({{0.f, 3.f}, {1.f, 4.f}, {2.f, 5.f}})));
  Variable x(a, /*requires_grad=*/true);
  CHECK(x.requires_grad());
  const Variable constant = a;
  CHECK_FALSE(constant.requires_grad());
  CHECK(equal(constant.value(), from_xt(a)));

  CHECK(equal(matmul(x, xt::ones<float>({3, 2})).value(), tensor({{3.f, 3.f}, {12.f, 12.f}})));
  CHECK(equal(matmul(xt::ones<float>({1, 2}), x).value(), tensor({{3.f, 5.f, 7.f}})));
  CHECK(equal(mse_loss(x, a + 2.f).value(), tensor(4.f)));
  CHECK(equal(xgrad::sum(a, {1}).value(), tensor({3.f, 12.f})));
  CHECK(equal(xgrad::sum(a, -1, true).value(), tensor({{3.f}, {12.f}})));
  CHECK(equal(cat({x, a, 2.f * a}).value(), cat({from_xt(a), from_xt(a), from_xt(2.f * a)}).value()));
  CHECK(equal(index_select(x, 1, xt::xarray<int>{2}).value(), tensor({{2.f}, {5.f}})));
  sum(mul(x, a)).backward(xt::xarray<float>(2.f));
  CHECK(equal(x.grad(), from_xt(2.f * a)));
  CHECK(xgrad::sum(xt::xarray<float>::from_shape({0, 3})).item<float>() == 0.f);
  CHECK_THROWS_TEXT(matmul(x, xt::ones<double>({3, 2})), "float32");
}

TEST_CASE("a container that is moved into a Tensor, a Variable or an op is kept, not copied") {
  xt::xarray<float> first = xt::ones<float>({2, 3}), second = first;
  const float* const one = first.data();
  const float* const two = second.data();
  const Tensor t = std::move(first);
  CHECK(t.data<float>() == one);
  const Variable x(std::move(second), true);
  CHECK(x.value().data<float>() == two);
  const xt::xtensor<double, 1> named{1, 2};
  CHECK(Tensor(named).data<double>() != named.data());
}

namespace {

// Each operator gives what it gives for Tensors, in both orders, and the type is xgrad's.
template <class Operand, class Expression>
void check_operators(const Operand& t, const Expression& e, const Tensor& b) {
  const Tensor a = Variable(t).value();
  const auto check = [&](auto f, auto op) {
    using Result = decltype(op(a, b));
    static_assert(std::same_as<decltype(f(t, e)), Result> && std::same_as<decltype(f(e, t)), Result>);
    CHECK(equal(Variable(f(t, e)).value(), Variable(op(a, b)).value()));
    CHECK(equal(Variable(f(e, t)).value(), Variable(op(b, a)).value()));
  };
  const auto op = [](Variable (*f)(const Variable&, const Variable&)) { return f; };
  const auto comparison = [](Tensor (*f)(const Variable&, const Variable&)) { return f; };
  check([](const auto& l, const auto& r) { return l + r; }, op(add));
  check([](const auto& l, const auto& r) { return l - r; }, op(sub));
  check([](const auto& l, const auto& r) { return l * r; }, op(mul));
  check([](const auto& l, const auto& r) { return l / r; }, op(div));
  check([](const auto& l, const auto& r) { return l == r; }, comparison(eq));
  check([](const auto& l, const auto& r) { return l != r; }, comparison(ne));
  check([](const auto& l, const auto& r) { return l < r; }, comparison(lt));
  check([](const auto& l, const auto& r) { return l <= r; }, comparison(le));
  check([](const auto& l, const auto& r) { return l > r; }, comparison(gt));
  check([](const auto& l, const auto& r) { return l >= r; }, comparison(ge));
}

template <class A, class B>
concept HasModulus = requires(A a, B b) {
  a % b;
};
template <class A, class B>
concept HasAnd = requires(A a, B b) {
  a&& b;
};
static_assert(!HasModulus<Tensor, xt::xarray<float>> && !HasModulus<xt::xarray<float>, Variable>);
static_assert(!HasAnd<Tensor, xt::xarray<bool>> && HasAnd<xt::xarray<bool>, xt::xarray<bool>>);

}  // namespace

TEST_CASE("an array that has been moved from is an error") {
  xt::xarray<float> a = xt::ones<float>({2, 3});
  const Tensor t = std::move(a);
  CHECK_THROWS_TEXT(from_xt(a), "holds 0 elements; it has been moved from");
}

TEST_CASE("an operator between a Tensor or Variable and an expression is xgrad's") {
  const Tensor t = tensor({{-1.f, 0.f, 2.f}, {3.f, 4.f, 5.f}});
  xt::xarray<float> row{-1.f, 2.f, 5.f};
  const Tensor b = tensor({-1.f, 2.f, 5.f});
  check_operators(t, row, b);
  check_operators(Variable(t), row, b);
  check_operators(Variable(t, true), xt::abs(row), tensor({1.f, 2.f, 5.f}));
  check_operators(t, row + xt::ones<float>({2, 1}), tensor({{0.f, 3.f, 6.f}, {0.f, 3.f, 6.f}}));
  check_operators(t, xt::xarray<int>{1, 2, 3}, tensor({1, 2, 3}));
  static_assert(std::same_as<decltype(row + 1.f * row), decltype(xt::operator+(row, 1.f * row))>);

  Variable mutable_operand(t, true);  // neither const nor an rvalue
  static_assert(std::same_as<decltype(mutable_operand + row), Variable>);
  sum(mutable_operand * row + xt::ones<float>({2, 3}) / Variable(t)).backward();
  CHECK(equal(mutable_operand.grad(), b.expand({2, 3}).clone()));
  CHECK_THROWS_TEXT(t + xt::ones<float>({2, 2}), "[add]");
  const Tensor total = t.clone();
  total += row;
  total *= 2.f * xt::ones<float>({2, 1});
  CHECK(equal(total, (t + row) * 2));
}

TEST_CASE("a function that xtensor has too is xgrad's beside a Tensor or Variable") {
  const xt::xarray<float> a{{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}};
  const Variable x(tensor({3.f, 0.5f, 2.f}), true);
  const Tensor b = a;
  static_assert(std::same_as<decltype(maximum(x, a)), Variable> &&
                std::same_as<decltype(pow(a, x)), Variable>);
  CHECK(equal(maximum(x, a).value(), maximum(x, b).value()));
  CHECK(equal(minimum(2.f * a, x).value(), minimum(2.f * b, x).value()));
  CHECK(equal(atan2(x, a).value(), atan2(x, b).value()));
  CHECK(equal(fmod(a, x).value(), fmod(b, x).value()));
  CHECK(equal(remainder(-1.f * a, x).value(), remainder(-b, x).value()));
  CHECK(equal(pow(x, a).value(), pow(x, b).value()));
  CHECK(equal(pow(a, x).value(), pow(b, x).value()));
  CHECK(equal(where(a > 2.f, x, a).value(), tensor({{0.f, 1.f, 2.f}, {3.f, 0.5f, 2.f}})));
  CHECK(equal(where(b > xt::xarray<float>(2.f), x, a).value(), tensor({{0.f, 1.f, 2.f}, {3.f, 0.5f, 2.f}})));
  CHECK(
      equal(where(tensor({true, false, true}), a, x).value(), tensor({{0.f, 0.5f, 2.f}, {3.f, 0.5f, 5.f}})));
  CHECK(equal(b, a));
  CHECK(equal(a + 0.f, b));
  CHECK_FALSE(equal(b, a + 1.f));
  CHECK(allclose(b, a * 1.000001f));
  CHECK_FALSE(allclose(a + 1e-3f, b));
  CHECK(allclose(a + 1e-3f, b, 0, 1e-2));
  CHECK_FALSE(allclose(tensor({1.f}), xt::xarray<float>{INFINITY}));  // xt::allclose says true
}

#endif
