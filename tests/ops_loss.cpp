// Losses that compare elements: values and gradients against PyTorch (golden/make_loss.py) and finite
// differences, errors. Losses of classes: ops_cross_entropy.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

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

}  // namespace

TEST_CASE("losses: values and gradients") {
  std::vector<OpRow> rows;
  const std::pair<std::string, Reduction> reductions[] = {
      {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}};
  for (const auto& [name, reduction] : reductions) {
    const auto r = reduction;
    rows.push_back({"mse_loss_" + name, [r](const Xs& x) { return mse_loss(x[0], x[1], r); }});
    rows.push_back(binary(name, r, false, false));
    rows.push_back(binary(name + "_weight", r, true, false));
    rows.push_back(binary(name + "_pos_weight", r, false, true));
    rows.push_back(binary(name + "_both", r, true, true));
  }
  check_ops("loss", rows);
}

TEST_CASE("losses: batchmean is the sum over the size of the first dim") {
  const Tensor p = rand({4, 3}, float64), t = rand({4, 3}, float64);
  const auto values = [&](Reduction r) {
    return std::vector{mse_loss(p, t, r).item<double>(),
                       binary_cross_entropy_with_logits(p, t, {.reduction = r}).item<double>()};
  };
  const auto totals = values(Reduction::sum), means = values(Reduction::batchmean);
  for (std::size_t i = 0; i < totals.size(); ++i) CHECK(means[i] == doctest::Approx(totals[i] / 4));
  CHECK(mse_loss(p.select(0, 0).select(0, 0), zeros({}, float64), Reduction::batchmean).item<double>() ==
        doctest::Approx(std::pow(p.at({0, 0}), 2)));
}

TEST_CASE("losses: targets that are integers or booleans are converted") {
  const Tensor x = tensor({0.25, 0.75}), ints = tensor({0, 1}), same = tensor({0.0, 1.0});
  for (const Tensor& t : {ints, ints.to(boolean)}) {
    CHECK(equal(mse_loss(x, t).value(), mse_loss(x, same).value()));
  }
}

TEST_CASE("losses: errors") {
  const Variable x = zeros({2, 3});
  using Loss = Variable (*)(const Variable&, const Variable&);
  const std::pair<std::string, Loss> losses[] = {
      {"mse_loss", [](const Variable& a, const Variable& b) { return mse_loss(a, b); }},
      {"binary_cross_entropy_with_logits",
       [](const Variable& a, const Variable& b) { return binary_cross_entropy_with_logits(a, b); }},
  };
  for (const auto& [name, loss] : losses) {
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
}
