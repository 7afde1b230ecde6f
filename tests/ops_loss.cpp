// Losses that compare elements: values and gradients against PyTorch (golden/make_loss.py) and finite
// differences, errors. Losses of classes: ops_cross_entropy.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// The weights are constants, in the dtype of the first input.
Tensor weight_for(const Variable& x) { return tensor({0.5, 2.0, 0.0}, x.dtype()); }

OpRow binary(const std::string& name, Reduction reduction, bool weight, bool pos_weight) {
  return {"bce_" + name, [=](const Xs& x) {
            const Tensor w = weight ? weight_for(x[0]) : Tensor();
            const Tensor p = pos_weight ? tensor({3.0, 0.25, 1.0}, x[0].dtype()) : Tensor();
            return binary_cross_entropy_with_logits(x[0], x[1],
                                                    {.weight = w, .pos_weight = p, .reduction = reduction});
          }};
}

OpRow binary_of_probs(const std::string& name, Reduction reduction, bool weight) {
  return {"bce_of_probs_" + name, [=](const Xs& x) {
            const Tensor w = weight ? weight_for(x[0]) : Tensor();
            return binary_cross_entropy(x[0], x[1], {.weight = w, .reduction = reduction});
          }};
}

OpRow huber(const std::string& name, HuberLossOptions options) {
  return {"huber_loss_" + name, [options](const Xs& x) { return huber_loss(x[0], x[1], options); }};
}

OpRow smooth_l1(const std::string& name, SmoothL1LossOptions options) {
  return {"smooth_l1_loss_" + name, [options](const Xs& x) { return smooth_l1_loss(x[0], x[1], options); }};
}

OpRow divergence(const std::string& name, KLDivOptions options) {
  return {"kl_div_" + name, [options](const Xs& x) { return kl_div(x[0], x[1], options); }};
}

}  // namespace

TEST_CASE("losses: values and gradients") {
  OpRow sure = binary_of_probs("sure", Reduction::none, false);
  sure.options.tolerance = 1e-8;  // PyTorch's least p (1 − p), 1e-12, is a float
  std::vector<OpRow> rows = {smooth_l1("linear", {.beta = 0}), sure};
  const std::pair<std::string, Reduction> reductions[] = {{"mean", Reduction::mean},
                                                          {"sum", Reduction::sum},
                                                          {"none", Reduction::none},
                                                          {"batchmean", Reduction::batchmean}};
  for (const auto& [name, reduction] : reductions) {
    rows.push_back(divergence(name, {.reduction = reduction}));
    rows.push_back(divergence(name + "_log", {.log_target = true, .reduction = reduction}));
    if (reduction == Reduction::batchmean) continue;  // PyTorch has it for kl_div alone
    const auto r = reduction;
    rows.push_back({"mse_loss_" + name, [r](const Xs& x) { return mse_loss(x[0], x[1], r); }});
    rows.push_back({"l1_loss_" + name, [r](const Xs& x) { return l1_loss(x[0], x[1], r); }});
    rows.push_back(huber(name, {.reduction = r}));
    rows.push_back(huber(name + "_narrow", {.delta = 0.5, .reduction = r}));
    rows.push_back(smooth_l1(name, {.reduction = r}));
    rows.push_back(smooth_l1(name + "_narrow", {.beta = 0.5, .reduction = r}));
    rows.push_back(binary(name, r, false, false));
    rows.push_back(binary(name + "_weight", r, true, false));
    rows.push_back(binary(name + "_pos_weight", r, false, true));
    rows.push_back(binary(name + "_both", r, true, true));
    rows.push_back(binary_of_probs(name, r, false));
    rows.push_back(binary_of_probs(name + "_weight", r, true));
  }
  check_ops("loss", rows);
}

TEST_CASE("losses: batchmean is the sum over the size of the first dim") {
  const Tensor p = rand({4, 3}, float64), t = rand({4, 3}, float64);
  const auto values = [&](Reduction r) {
    return std::vector{mse_loss(p, t, r).item<double>(),
                       l1_loss(p, t, r).item<double>(),
                       huber_loss(p, t, {.reduction = r}).item<double>(),
                       smooth_l1_loss(p, t, {.reduction = r}).item<double>(),
                       binary_cross_entropy(p, t, {.reduction = r}).item<double>(),
                       binary_cross_entropy_with_logits(p, t, {.reduction = r}).item<double>()};
  };
  const auto totals = values(Reduction::sum), means = values(Reduction::batchmean);
  for (std::size_t i = 0; i < totals.size(); ++i) CHECK(means[i] == doctest::Approx(totals[i] / 4));
  CHECK(mse_loss(p.select(0, 0).select(0, 0), zeros({}, float64), Reduction::batchmean).item<double>() ==
        doctest::Approx(std::pow(p.at({0, 0}), 2)));
}

TEST_CASE("kl_div: a class of probability 0 costs nothing, even where q has none") {
  for (const DType dtype : {float32, float64}) {
    for (const bool create_graph : {false, true}) {
      const Variable log_q(tensor({-inf, -1.0, -inf}, dtype), true), p(tensor({0.0, 0.0, 0.5}, dtype), true);
      const Variable losses = kl_div(log_q, p, {.reduction = Reduction::none});
      CHECK(equal(losses.value(), tensor({0.0, 0.0, inf}, dtype)));
      const auto slopes =
          grad({losses}, {log_q, p}, {.grad_outputs = {ones({3}, dtype)}, .create_graph = create_graph});
      CHECK(equal(slopes[0].value(), tensor({0.0, 0.0, -0.5}, dtype)));
      CHECK(std::isnan(slopes[1].value().at({0})));  // log 0 − log 0
      CHECK(slopes[1].value().at({1}) == -inf);

      const Variable log_p(tensor({-inf, -inf, 0.0}, dtype), true);
      const Variable same = kl_div(tensor({-inf, -1.0, -inf}, dtype), log_p,
                                   {.log_target = true, .reduction = Reduction::none});
      CHECK(equal(same.value(), tensor({0.0, 0.0, inf}, dtype)));
      const auto slope =
          grad({same}, {log_p}, {.grad_outputs = {ones({3}, dtype)}, .create_graph = create_graph});
      CHECK(equal(slope[0].value(), tensor({0.0, 0.0, inf}, dtype)));
    }
  }
}

TEST_CASE("losses: targets that are integers or booleans are converted") {
  const Tensor x = tensor({0.25, 0.75}), ints = tensor({0, 1}), same = tensor({0.0, 1.0});
  for (const Tensor& t : {ints, ints.to(boolean)}) {
    CHECK(equal(mse_loss(x, t).value(), mse_loss(x, same).value()));
    CHECK(equal(l1_loss(x, t).value(), l1_loss(x, same).value()));
    CHECK(equal(huber_loss(x, t).value(), huber_loss(x, same).value()));
    CHECK(equal(smooth_l1_loss(x, t).value(), smooth_l1_loss(x, same).value()));
    CHECK(equal(kl_div(x, t).value(), kl_div(x, same).value()));
    CHECK(equal(binary_cross_entropy(x, t).value(), binary_cross_entropy(x, same).value()));
  }
}

TEST_CASE("huber_loss and smooth_l1_loss: bounds that are tiny or infinite") {
  for (const DType dtype : {float32, float64}) {
    const Tensor d = tensor({-3.0, 0.0, 1e-5}, dtype), none = zeros({3}, dtype);
    const auto each = Reduction::none;
    const Tensor halves = tensor({4.5, 0.0, 5e-11}, dtype), distances = tensor({3.0, 0.0, 1e-5}, dtype);
    CHECK(allclose(huber_loss(d, none, {.delta = inf, .reduction = each}).value(), halves, 1e-6, 0));
    CHECK(equal(smooth_l1_loss(d, none, {.beta = 1e-37, .reduction = each}).value(), distances));
    CHECK(equal(smooth_l1_loss(d, none, {.beta = 0, .reduction = each}).value(), distances));
  }
}

TEST_CASE("losses: kinks where PyTorch's convention is not ours") {
  const Variable x(zeros({}, float64), true), target = zeros({}, float64);
  CHECK(grad({smooth_l1_loss(x, target, {.beta = 0})}, {x})[0].item<double>() == 0);  // PyTorch: −1
  for (const double p : {0.0, 1.0}) {
    const Variable t(full({}, 0.5, float64), true);
    const Variable loss = binary_cross_entropy(full({}, p, float64), t);
    CHECK(grad({loss}, {t})[0].item<double>() == (p == 0 ? 100 : -100));  // PyTorch: ±∞
  }
}

TEST_CASE("huber_loss and smooth_l1_loss: one node, whose second derivative at the bound is PyTorch's 0") {
  for (const double at : {0.5, 1.0}) {
    const Variable p(full({}, at, float64), true), t(zeros({}, float64), true);
    const auto each = Reduction::none;
    for (const Variable& loss :
         {huber_loss(p, t, {.reduction = each}), smooth_l1_loss(p, t, {.reduction = each})}) {
      CHECK(loss.node()->saved_bytes() == 3 * sizeof(double));
      const auto slopes = grad({loss}, {p, t}, {.create_graph = true});
      CHECK(slopes[0].item<double>() == at);
      CHECK(slopes[1].item<double>() == -at);
      CHECK(grad({slopes[0]}, {p})[0].item<double>() == (at < 1 ? 1 : 0));
    }
  }
}

TEST_CASE("losses: errors") {
  const Variable x = zeros({2, 3});
  using Loss = Variable (*)(const Variable&, const Variable&);
  const std::pair<std::string, Loss> losses[] = {
      {"mse_loss", [](const Variable& a, const Variable& b) { return mse_loss(a, b); }},
      {"l1_loss", [](const Variable& a, const Variable& b) { return l1_loss(a, b); }},
      {"huber_loss", [](const Variable& a, const Variable& b) { return huber_loss(a, b); }},
      {"smooth_l1_loss", [](const Variable& a, const Variable& b) { return smooth_l1_loss(a, b); }},
      {"kl_div", [](const Variable& a, const Variable& b) { return kl_div(a, b); }},
      {"binary_cross_entropy",
       [](const Variable& a, const Variable& b) { return binary_cross_entropy(a, b); }},
      {"binary_cross_entropy_with_logits",
       [](const Variable& a, const Variable& b) { return binary_cross_entropy_with_logits(a, b); }},
  };
  for (const auto& [name, function] : losses) {
    const Loss loss = function;  // Clang before 16 captures no binding
    CAPTURE(name);
    const std::string op = "[" + name + "] ";
    CHECK_THROWS_TEXT(loss(x, zeros({3})),
                      " differ in shape: (2, 3) and (3,); expand or reshape one of them");
    CHECK_THROWS_TEXT(loss(x, zeros({3})), op);
    CHECK_THROWS_TEXT(loss(x, zeros({2, 3}, float64)), op + "operands are float32 and float64");
    CHECK_THROWS_TEXT(loss(zeros({2}, int64), zeros({2}, int64)), op + "needs a floating dtype, not int64");
    CHECK_THROWS_TEXT(loss(Variable(), x), op);
  }
  CHECK_THROWS_TEXT(mse_loss(x, zeros({3})), "[mse_loss] prediction and target differ in shape");
  CHECK_THROWS_TEXT(binary_cross_entropy_with_logits(x, zeros({3})), "] logits and targets differ in shape");
  CHECK_THROWS_TEXT(binary_cross_entropy_with_logits(zeros({2}, int64), zeros({2})),
                    "[binary_cross_entropy_with_logits] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(
      binary_cross_entropy_with_logits(x, x, {.weight = zeros({2})}),
      "[binary_cross_entropy_with_logits] a weight of shape (2,) does not broadcast to logits of "
      "shape (2, 3)");
  for (const BCEWithLogitsOptions& options :
       {BCEWithLogitsOptions{.weight = zeros({3}, float64)}, {.pos_weight = zeros({3}, float64)}}) {
    CHECK_THROWS_TEXT(
        binary_cross_entropy_with_logits(x, x, options),
        "[binary_cross_entropy_with_logits] operands are float32 and float64; convert one of them with to(");
  }
  CHECK_THROWS_TEXT(binary_cross_entropy(x, x, {.weight = zeros({2})}),
                    "[binary_cross_entropy] a weight of shape (2,) does not broadcast to probabilities of "
                    "shape (2, 3)");
  CHECK_THROWS_TEXT(binary_cross_entropy(tensor({0.5, -0.25, 1.5}), zeros({3})),
                    "[binary_cross_entropy] probabilities lie in [0, 1], got numbers from -0.25 to 1.5 in "
                    "shape (3,); binary_cross_entropy_with_logits takes logits");
  for (const double delta : {0.0, -1.0, std::nan("")})
    CHECK_THROWS_TEXT(huber_loss(x, x, {.delta = delta}), "[huber_loss] delta must be positive, got ");
  for (const double beta : {-1.0, std::nan("")})
    CHECK_THROWS_TEXT(smooth_l1_loss(x, x, {.beta = beta}),
                      "[smooth_l1_loss] beta must not be negative, got ");
}
