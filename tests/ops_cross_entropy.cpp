// Losses of classes: values and gradients against PyTorch (golden/make_cross_entropy.py) and finite
// differences, errors. More about cross_entropy: cross_entropy.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

// The weight, if it is wanted, is a constant in the dtype of the logits.
Tensor weight_for(const Variable& x, bool is_weighted) {
  return is_weighted ? tensor({0.5, 2.0, 0.0, 1.0, 3.0}, x.dtype()) : Tensor();
}

OpRow entropy(const std::string& name, CrossEntropyOptions options, bool is_weighted = false) {
  return {"cross_entropy_" + name, [options, is_weighted](const Xs& x) {
            CrossEntropyOptions all = options;
            all.weight = weight_for(x[0], is_weighted);
            return cross_entropy(x[0], x[1], all);
          }};
}

OpRow likelihood(const std::string& name, NLLLossOptions options, bool is_weighted = false) {
  return {"nll_loss_" + name, [options, is_weighted](const Xs& x) {
            NLLLossOptions all = options;
            all.weight = weight_for(x[0], is_weighted);
            return nll_loss(x[0], x[1], all);
          }};
}

}  // namespace

TEST_CASE("losses of classes: values and gradients") {
  std::vector<OpRow> rows = {
      entropy("evenly", {.label_smoothing = 1}),
      entropy("ignoring_2", {.ignore_index = 2}),
      entropy("ignoring_2_weighted", {.ignore_index = 2, .label_smoothing = 0.2}, true),
      likelihood("ignoring_2", {.ignore_index = 2}),
  };
  const std::pair<std::string, Reduction> reductions[] = {
      {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}};
  for (const auto& [name, reduction] : reductions) {
    const CrossEntropyOptions plain{.reduction = reduction},
        smoothed{.label_smoothing = 0.1, .reduction = reduction};
    rows.push_back(entropy(name, plain));
    rows.push_back(entropy(name + "_smoothed", smoothed));
    rows.push_back(entropy(name + "_weighted", plain, true));
    rows.push_back(entropy(name + "_weighted_smoothed", smoothed, true));
    rows.push_back(entropy("probs_" + name, plain));
    rows.push_back(entropy("probs_" + name + "_smoothed", smoothed));
    rows.push_back(entropy("probs_" + name + "_weighted_smoothed", smoothed, true));
    rows.push_back(likelihood(name, {.reduction = reduction}));
    rows.push_back(likelihood(name + "_weighted", {.reduction = reduction}, true));
  }
  check_ops("cross_entropy", rows);
}

TEST_CASE("losses of classes: batchmean is the sum over the size of the first dim") {
  Generator generator(3);
  const Tensor x = randn({2, 5, 3}, float64, generator), t = tensor({{0, 1, 4}, {3, -100, 2}});
  const Tensor weight = weight_for(x, true);
  const auto value = [&](Reduction reduction) {
    return std::vector{
        cross_entropy(x, t, {.reduction = reduction}).item<double>(),
        cross_entropy(x, t, {.weight = weight, .reduction = reduction}).item<double>(),
        cross_entropy(x, x, {.reduction = reduction}).item<double>(),
        nll_loss(x, t, {.reduction = reduction}).item<double>(),
        nll_loss(x, t, {.weight = weight, .reduction = reduction}).item<double>(),
        cross_entropy(x.select(0, 0).select(1, 0), tensor(1), {.reduction = reduction}).item<double>() * 2,
    };
  };
  const auto totals = value(Reduction::sum), means = value(Reduction::batchmean);
  for (std::size_t i = 0; i < totals.size(); ++i)
    CHECK(means[i] == doctest::Approx(i < 5 ? totals[i] / 2 : totals[i]));

  const Variable leaf(x, true);
  cross_entropy(leaf, t, {.reduction = Reduction::batchmean}).backward();
  const Variable other(x, true);
  cross_entropy(other, t, {.reduction = Reduction::sum}).backward();
  CHECK(allclose(leaf.grad(), other.grad().clone().mul_(0.5), 1e-14, 0));
}

TEST_CASE("losses of classes: errors") {
  const Variable x = zeros({2, 3});
  const Tensor t = tensor({0, 1});
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({0, 3})),
                    "[cross_entropy] target 3 at position 1 is not one of 3 classes, [0, 3), nor the "
                    "ignore_index -100");
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({-1, 1})), "[cross_entropy] target -1 at position 0 is not one");
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({0, 1, 2})),
                    "[cross_entropy] wants logits (N, C, d...) with targets (N, d...), or (C,) with (), got "
                    "(2, 3) and (3,); if the classes are the last dim, reshape({-1, C}) and reshape({-1}) "
                    "make them fit");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 3, 4}), zeros({2, 3}, int64)), "got (2, 3, 4) and (2, 3); if");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2, 3}, int64)),
                    "got (2, 3) and (2, 3); probabilities of classes are floating");
  CHECK_THROWS_TEXT(
      cross_entropy(zeros({}), tensor(0)),
      "[cross_entropy] logits of shape () have no dim of classes; they are (N, C, d...) or (C)");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 0}), t),
                    "[cross_entropy] there are no classes in logits of shape (2, 0)");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2})),
                    "[cross_entropy] targets of shape (2,) and dtype float32 are probabilities of classes, "
                    "which have the shape of the logits, (2, 3); classes as numbers are int64");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2, 3}, float64)),
                    "[cross_entropy] operands are float32 and float64");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2}, boolean)),
                    "[cross_entropy] targets of shape (2,) are classes, int64, or probabilities of classes, "
                    "floating, not boolean");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2, 3}), {.ignore_index = 1}),
                    "[cross_entropy] ignore_index 1 has no meaning for targets of shape (2, 3) that are "
                    "probabilities; give rows to be ignored probabilities of 0");
  CHECK_THROWS_TEXT(cross_entropy(x, t, {.weight = ones({2})}),
                    "[cross_entropy] the weight of shape (2,) must be (3,), one number for each class of "
                    "logits of shape (2, 3)");
  CHECK_THROWS_TEXT(cross_entropy(x, t, {.weight = ones({3}, float64)}),
                    "[cross_entropy] operands are float32 and float64");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 3}, int64), t),
                    "[cross_entropy] needs a floating dtype, not int64 of shape (2, 3)");
  for (const double smoothing : {-0.1, 1.5, std::nan("")}) {
    CHECK_THROWS_TEXT(cross_entropy(x, t, {.label_smoothing = smoothing}),
                      "[cross_entropy] label_smoothing must lie in [0, 1], got ");
  }
  CHECK_THROWS_TEXT(nll_loss(x, tensor({0, 3})),
                    "[nll_loss] target 3 at position 1 is not one of 3 classes, [0, 3), nor the ignore_index "
                    "-100");
  CHECK_THROWS_TEXT(nll_loss(x, tensor({0})), "[nll_loss] wants log_probs (N, C, d...) with targets (N, d.");
  CHECK_THROWS_TEXT(nll_loss(zeros({2, 0}), t), "[nll_loss] there are no classes in log_probs of shape");
  CHECK_THROWS_TEXT(nll_loss(x, zeros({2})),
                    "[nll_loss] targets of shape (2,) are classes, int64, not float32; cross_entropy and "
                    "kl_div take probabilities");
  CHECK_THROWS_TEXT(nll_loss(x, t, {.weight = ones({3, 1})}),
                    "[nll_loss] the weight of shape (3, 1) must be (3,), one number for each class of "
                    "log_probs of shape (2, 3)");
}
