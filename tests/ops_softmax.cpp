// Softmax and log softmax: against PyTorch (golden/make_softmax.py), xtensor expressions and finite
// differences; masks, magnitudes, infinities, errors.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>

#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The same mask, to be added: 0 where it keeps, −∞ where it doesn't.
Tensor additive(const Variable& keep) { return where(keep, full({}, 0.0), full({}, -inf)).value(); }

Variable row(std::initializer_list<double> values, DType dtype = float32) {
  return tensor(std::vector<double>(values)).to(dtype);
}

// Values around `center`, with a spread of 3.
Tensor sample(const Shape& shape, double center) {
  Generator generator(3);
  const Tensor x = randn(shape, float32, generator);
  x.mul_(3);
  return x.add_(center);
}

xt::xtensor<float, 2> as_matrix(const Tensor& x) {
  const std::array<std::size_t, 2> shape = {static_cast<std::size_t>(x.size(0)),
                                            static_cast<std::size_t>(x.size(1))};
  return xt::adapt(x.data<float>(), static_cast<std::size_t>(x.numel()), xt::no_ownership(), shape);
}

}  // namespace

TEST_CASE("softmax: values and gradients") {
  const auto masked = [](Tensor mask, bool zero) {
    return SoftmaxOptions{.scale = 0.5, .mask = std::move(mask), .zero_if_all_masked = zero};
  };
  check_ops(
      "softmax",
      {
          {"softmax", [](const Xs& x) { return softmax(x[0], -1); }},
          {"softmax_0", [](const Xs& x) { return softmax(x[0], 0); }},
          {"softmax_1", [](const Xs& x) { return softmax(x[0], 1); }},
          {"softmax_scaled", [](const Xs& x) { return softmax(x[0], -1, {.scale = -0.7}); }},
          {"softmax_kept", [&](const Xs& x) { return softmax(x[0], -1, masked(x[1].value(), false)); }},
          {"softmax_kept_1", [](const Xs& x) { return softmax(x[0], 1, {.mask = x[1].value()}); }},
          {"softmax_forbidden",
           [&](const Xs& x) { return softmax(x[0], -1, masked(additive(x[1]), false)); }},
          {"softmax_kept_or_zero",
           [&](const Xs& x) { return softmax(x[0], -1, masked(x[1].value(), true)); }},
          {"softmax_forbidden_or_zero",
           [&](const Xs& x) { return softmax(x[0], -1, masked(additive(x[1]), true)); }},
          {"softmax_added", [](const Xs& x) { return softmax(x[0], -1, {.mask = (x[1] * 0.25).value()}); }},
          {"log_softmax", [](const Xs& x) { return log_softmax(x[0], -1); }},
          {"log_softmax_0", [](const Xs& x) { return log_softmax(x[0], 0); }},
          {"log_softmax_1", [](const Xs& x) { return log_softmax(x[0], 1); }},
          {"softmax_backward",
           [](const Xs& x) { return softmax_backward(x[0], softmax(x[1], -1), -1, 0.5); }},
          {"softmax_backward_0", [](const Xs& x) { return softmax_backward(x[0], softmax(x[1], 0), 0); }},
          {"log_softmax_backward",
           [](const Xs& x) {
             return slope([](const Variable& a) { return log_softmax(a, -1); }, x[0], x[1]);
           }},
      });
}

TEST_CASE("softmax: the kernels against xtensor expressions and the composed rules") {
  for (const std::int64_t n : {1, 5, 6, 15, 16, 17, 31, 32, 33, 64, 100, 3000}) {
    for (const double center : {0.0, 1e4, -1e4}) {
      CAPTURE(n);
      CAPTURE(center);
      const Tensor x = sample({50, n}, center), y = softmax(x, -1).value(), z = log_softmax(x, -1).value();
      const Tensor g = sample({50, n}, 0);
      const xt::xtensor<double, 2> values = xt::cast<double>(as_matrix(x));
      const xt::xtensor<double, 1> tops = xt::amax(values, {1});
      const xt::xtensor<double, 2> shifted = values - xt::view(tops, xt::all(), xt::newaxis());
      const xt::xtensor<double, 2> exps = xt::exp(shifted);
      const xt::xtensor<double, 1> sums = xt::sum(exps, {1});
      const xt::xtensor<double, 2> off_y =
          xt::abs(as_matrix(y) - exps / xt::view(sums, xt::all(), xt::newaxis()));
      const xt::xtensor<double, 2> off_z =
          xt::abs(as_matrix(z) - (shifted - xt::log(xt::view(sums, xt::all(), xt::newaxis()))));
      CHECK(xt::amax(off_y)() < 1e-6);
      CHECK(xt::amax(off_z)() < 3e-6);
      const Tensor dx = empty(x.shape(), float32);
      kernels::softmax_backward(g, y, 1, 0.5, dx);
      CHECK(max_abs_diff(dx, softmax_backward(g, y, -1, 0.5).value()) < 3e-6);
      kernels::log_softmax_backward(g, z, 1, dx);
      CHECK(max_abs_diff(dx, slope([](const Variable& a) { return log_softmax(a, -1); }, g, x).value()) <
            2e-5 * static_cast<double>(n));
    }
  }
}

TEST_CASE("softmax: large scores, infinities and NaN") {
  struct Row {
    std::initializer_list<double> x, y, log_y;
  };
  const double log_2 = 0.6931471805599453;
  const Row rows[] = {
      {{1e4, -1e4, 0}, {1, 0, 0}, {0, -2e4, -1e4}},
      {{1e4, 1e4}, {0.5, 0.5}, {-log_2, -log_2}},
      {{-1e4, -1e4}, {0.5, 0.5}, {-log_2, -log_2}},
      {{-inf, 0, 0}, {0, 0.5, 0.5}, {-inf, -log_2, -log_2}},
      {{-inf, -inf}, {not_a_number, not_a_number}, {not_a_number, not_a_number}},
      {{inf, 0}, {not_a_number, not_a_number}, {not_a_number, not_a_number}},
      {{0, not_a_number, 0},
       {not_a_number, not_a_number, not_a_number},
       {not_a_number, not_a_number, not_a_number}},
      {{not_a_number, -inf}, {not_a_number, not_a_number}, {not_a_number, not_a_number}},
  };
  for (const DType dtype : {float32, float64}) {
    for (const Row& each : rows) {
      CAPTURE(Tensor(row(each.x).value()));
      CHECK(allclose(softmax(row(each.x, dtype), 0).value(), row(each.y, dtype).value(), 1e-6, 0, true));
      CHECK(allclose(log_softmax(row(each.x, dtype), 0).value(), row(each.log_y, dtype).value(), 1e-6, 0,
                     true));
      // the same in a row long enough for whole batches
      Tensor wide = full({50}, -inf, dtype);
      wide.slice(0, 20, 20 + static_cast<std::int64_t>(each.x.size())).copy_(row(each.x).value());
      const Tensor y = softmax(wide, 0).value().slice(0, 20, 20 + static_cast<std::int64_t>(each.x.size()));
      CHECK(allclose(y, row(each.y, dtype).value(), 1e-6, 0, true));
    }
  }
}

TEST_CASE("softmax: a row without anything kept is 0, a NaN is still a NaN") {
  for (const std::int64_t n : {4, 50}) {
    const Tensor nothing_kept = zeros({n}, boolean);
    const SoftmaxOptions options{.mask = nothing_kept, .zero_if_all_masked = true};
    const Variable x(sample({2, n}, 0), true);
    const Variable y = softmax(x, -1, options);
    CHECK(max_abs_diff(y.value(), zeros({2, n})) == 0);
    y.backward(ones({2, n}));
    CHECK(max_abs_diff(x.grad(), zeros({2, n})) == 0);
    CHECK(std::isnan(softmax(x, -1, {.mask = nothing_kept}).value().at({1, 0})));

    // a boolean mask hides a NaN; what it keeps, or what −∞ is added to, is not hidden
    const Tensor keep = ones({n}, boolean), x_nan = sample({n}, 0);
    keep.at({1}) = false;
    x_nan.at({1}) = not_a_number;
    const Tensor clean = softmax(x_nan, -1, {.mask = keep}).value();
    CHECK(double(clean.at({1})) == 0);
    CHECK(double(sum(clean).value().at({})) == doctest::Approx(1));
    CHECK(std::isnan(softmax(x_nan, -1, {.mask = additive(keep)}).value().at({0})));
    keep.at({1}) = true;
    CHECK(std::isnan(softmax(x_nan, -1, {.mask = keep, .zero_if_all_masked = true}).value().at({0})));
  }
}

TEST_CASE("softmax: one node that keeps its output alone") {
  const Variable x(sample({4, 6}, 0), true);
  const Variable y = softmax(x, -1, {.scale = 0.5, .mask = ones({6}, boolean)});
  CHECK(std::string(y.node()->op()) == "softmax");
  CHECK(y.node()->inputs().size() == 1);
  CHECK(y.node()->inputs()[0] == x.node());
  CHECK(y.node()->saved_bytes() == 4 * 6 * sizeof(float));
  CHECK(log_softmax(x, -1).node()->saved_bytes() == 4 * 6 * sizeof(float));
}

TEST_CASE("softmax: errors") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(softmax(x, 2), "[softmax] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(log_softmax(x, -3), "[log_softmax] dim -3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(softmax(zeros({2}, int64), 0),
                    "[softmax] needs a floating dtype, not int64 of shape (2,); convert with to(float32)");
  CHECK_THROWS_TEXT(log_softmax(zeros({2}, boolean), 0), "[log_softmax] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(softmax(x, -1, {.mask = ones({3, 2}, boolean)}),
                    "[softmax] the mask of shape (3, 2) does not broadcast to the scores of shape (2, 3)");
  CHECK_THROWS_TEXT(softmax(x, -1, {.mask = ones({1, 2, 3}, boolean)}),
                    "[softmax] the mask of shape (1, 2, 3) does not broadcast to the scores of shape (2, 3)");
  CHECK_THROWS_TEXT(softmax(x, -1, {.mask = ones({3}, int64)}),
                    "[softmax] a mask is boolean (true keeps) or floating (added), not int64 of shape (3,)");
}

TEST_CASE("softmax: a temporary's memory becomes the result's, and no other's does") {
  const auto where = [](const Variable& x) { return x.value().data<float>(); };
  for (const auto& f : {+[](Variable x) { return softmax(std::move(x), -1); },
                        +[](Variable x) { return log_softmax(std::move(x), -1); }}) {
    const Tensor numbers = sample({300, 70}, 0), expected = f(numbers).value();
    Variable x(numbers.clone());
    const float* const memory = where(x);
    const Variable y = f(std::move(x));
    CHECK(where(y) == memory);
    CHECK(equal(y.value(), expected));

    const Variable held(numbers.clone(), /*requires_grad=*/true);
    CHECK(equal(f(held).value(), expected));  // the caller has a handle
    CHECK(equal(held.value(), numbers));
    const Tensor shown = numbers.clone(), view = shown.slice(0, 1, 300);
    f(Variable(shown.slice(0, 0, 299)));  // a view sees the same elements
    CHECK(equal(shown, numbers));
    CHECK(equal(f(Variable(numbers.clone()).slice(1, 0, 60)).value(), f(numbers.slice(1, 0, 60)).value()));

    Variable product = held * 1;
    const Variable square = product * product;  // keeps its factors for the gradient
    CHECK(equal(f(std::move(product)).value(), expected));
    sum(square).backward();
    CHECK(equal(held.grad(), (2 * held).value()));

    std::vector<float> owner = numbers.to_vector<float>(), before = owner;
    f(Variable(Tensor(StoragePtr::adopt(owner.data(), 84000, nullptr), {300, 70}, {70, 1}, 0, float32)));
    CHECK(owner == before);  // somebody else's memory
  }
}

TEST_CASE("softmax: a gradient that nobody else sees is written over, any other is left as it is") {
  const Variable x(sample({300, 70}, 0), /*requires_grad=*/true);
  const Tensor g = sample({300, 70}, 0), given = g.clone();
  softmax(x, -1).backward(g);
  CHECK(equal(g, given));
  const Tensor expected = x.grad();
  x.zero_grad();
  const Variable y = softmax(x, -1);
  y.retain_grad();
  sum(y * g).backward();
  CHECK(equal(y.grad(), given));
  CHECK(allclose(x.grad(), expected));
}
