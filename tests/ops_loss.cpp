// Cross entropy and mean squared error: against PyTorch (golden/make_loss.py), the composed rule and finite
// differences; certain and hopeless answers, ignored targets, errors.
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

OpRow entropy(const std::string& name, CrossEntropyOptions options) {
  return {"cross_entropy_" + name, [options](const Xs& x) { return cross_entropy(x[0], x[1], options); }};
}

OpRow squared(const std::string& name, Reduction reduction) {
  return {"mse_loss_" + name, [reduction](const Xs& x) { return mse_loss(x[0], x[1], reduction); }};
}

OpRow likelihood(const std::string& name, NLLLossOptions options) {
  return {"nll_loss_" + name, [options](const Xs& x) { return nll_loss(x[0], x[1], options); }};
}

// The weights are constants, in the dtype of the logits.
OpRow binary(const std::string& name, Reduction reduction, bool weight, bool pos_weight) {
  return {"bce_" + name, [=](const Xs& x) {
            const Tensor w = weight ? tensor({0.5, 2.0, 0.0}, x[0].dtype()) : Tensor();
            const Tensor p = pos_weight ? tensor({3.0, 0.25, 1.0}, x[0].dtype()) : Tensor();
            return binary_cross_entropy_with_logits(x[0], x[1],
                                                    {.weight = w, .pos_weight = p, .reduction = reduction});
          }};
}

}  // namespace

TEST_CASE("losses: values and gradients") {
  const auto smoothed = [](Reduction reduction) {
    return CrossEntropyOptions{.label_smoothing = 0.1, .reduction = reduction};
  };
  std::vector<OpRow> rows = {
      entropy("mean", {}),
      entropy("sum", {.reduction = Reduction::sum}),
      entropy("none", {.reduction = Reduction::none}),
      entropy("mean_smoothed", smoothed(Reduction::mean)),
      entropy("sum_smoothed", smoothed(Reduction::sum)),
      entropy("none_smoothed", smoothed(Reduction::none)),
      entropy("evenly", {.label_smoothing = 1}),
      entropy("ignoring_2", {.ignore_index = 2}),
      squared("mean", Reduction::mean),
      squared("sum", Reduction::sum),
      squared("none", Reduction::none),
      likelihood("ignoring_2", {.ignore_index = 2}),
  };
  const std::pair<const char*, Reduction> reductions[] = {
      {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}};
  for (const auto& [name, reduction] : reductions) {
    rows.push_back(likelihood(name, {.reduction = reduction}));
    rows.push_back(binary(name, reduction, false, false));
    rows.push_back(binary(std::string(name) + "_weight", reduction, true, false));
    rows.push_back(binary(std::string(name) + "_pos_weight", reduction, false, true));
    rows.push_back(binary(std::string(name) + "_both", reduction, true, true));
  }
  check_ops("loss", rows);
}

TEST_CASE("cross_entropy: the fused gradient is the composed one, however long the rows") {
  Generator generator(7);
  for (const std::int64_t classes : {1, 2, 7, 16, 33, 65, 2048, 2049, 10000}) {
    for (const double center : {0.0, 1e4, -1e4}) {
      CAPTURE(classes);
      CAPTURE(center);
      const Tensor logits = randn({6, classes}, float32, generator), g = randn({6}, float32, generator);
      logits.mul_(5);
      logits.add_(center);
      const Tensor targets = randint(0, classes, {6}, int64, generator);
      targets.at({3}) = -100;
      const CrossEntropyOptions options{.label_smoothing = 0.1, .reduction = Reduction::none};
      const Variable x(logits, true);
      cross_entropy(x, targets, options).backward(g);
      const Variable by_rule =
          slope([&](const Variable& a) { return cross_entropy(a, targets, options); }, g, logits);
      CHECK(max_abs_diff(x.grad(), by_rule.value()) < 2e-6);
    }
  }
}

TEST_CASE("cross_entropy: label smoothing keeps the digits of float32 logits far from 0") {
  Generator generator(8);
  for (const double center : {0.0, 1e5, -1e5}) {
    CAPTURE(center);
    const Tensor logits = rand({1, 50000}, float32, generator).mul_(4).add_(center), target = tensor({17});
    const CrossEntropyOptions options{.label_smoothing = 0.1};
    const double ours = cross_entropy(logits, target, options).item<float>();
    CHECK(ours ==
          doctest::Approx(cross_entropy(logits.to(float64), target, options).item<double>()).epsilon(1e-6));
  }
}

TEST_CASE("cross_entropy: certain, hopeless and impossible answers") {
  struct Row {
    std::vector<double> logits;
    std::int64_t target;
    double loss;
  };
  const Row rows[] = {
      {{1e4, 0, 0}, 0, 0}, {{1e4, 0, 0}, 1, 1e4}, {{-1e4, 0}, 0, 1e4}, {{1e4, 1e4}, 0, 0.6931471805599453},
      {{-inf, 2}, 1, 0},   {{-inf, 2}, 0, inf},
  };
  for (const DType dtype : {float32, float64}) {
    for (const Row& row : rows) {
      const Tensor logits = tensor(row.logits).to(dtype);
      CAPTURE(logits);
      const Tensor expected = tensor(row.loss, dtype);
      CHECK(allclose(cross_entropy(logits, tensor(row.target)).value(), expected, 1e-7, 0));
      // the same at the far end of a row of many blocks that hold nothing
      const Tensor wide = full({5000}, -inf, dtype);
      wide.slice(0, 4000, 4000 + logits.numel()).copy_(logits);
      CHECK(allclose(cross_entropy(wide, tensor(4000 + row.target)).value(), expected, 1e-7, 0));
    }
  }
  const Variable certain(tensor({{1e4, 0.0}}), true);
  cross_entropy(certain, tensor({0})).backward();
  CHECK(max_abs_diff(certain.grad(), zeros({1, 2})) == 0);
  CHECK(std::isnan(cross_entropy(full({3}, -inf, float32), tensor(0)).item<double>()));
  CHECK(std::isnan(cross_entropy(tensor({0.0, std::nan("")}), tensor(0)).item<double>()));
}

TEST_CASE("cross_entropy: answers that are almost certain keep their digits, and so do their slopes") {
  for (const DType dtype : {float32, float64}) {
    const double epsilon = dtype == float32 ? 1e-5 : 1e-13;
    for (const double lead : {1.0, 3.0, 10.0, 17.0, 40.0, 80.0}) {
      CAPTURE(lead);
      for (const bool create_graph : {false, true}) {
        const Variable x(tensor({0.0, lead, -1.0, 0.5}, dtype), true);
        const Variable loss = cross_entropy(x, tensor(1));
        const auto slopes = grad({loss}, {x}, {.create_graph = create_graph})[0].to(float64).value();
        const double others[] = {std::exp(-lead), std::exp(-1 - lead), std::exp(0.5 - lead)};
        const double rest = others[0] + others[1] + others[2], all = 1 + rest;
        const auto near = [&](double value) { return doctest::Approx(value).epsilon(epsilon).scale(0); };
        CHECK(loss.to(float64).item<double>() == near(std::log1p(rest)));
        CHECK(slopes.to_vector<double>()[0] == near(others[0] / all));
        CHECK(slopes.to_vector<double>()[1] == near(-rest / all));
        CHECK(slopes.to_vector<double>()[2] == near(others[1] / all));
        CHECK(slopes.to_vector<double>()[3] == near(others[2] / all));
      }
    }
  }
}

TEST_CASE("cross_entropy: one node that keeps the logits, the targets and two numbers a row") {
  const Variable x(zeros({4, 6}), true);
  const Variable loss = cross_entropy(x, zeros({4}, int64));
  CHECK(std::string(loss.node()->op()) == "cross_entropy");
  CHECK(loss.node()->saved_bytes() == (4 * 6 + 2 * 4) * sizeof(float) + 4 * sizeof(std::int64_t));
}

TEST_CASE("cross_entropy: the kernel divides the gradient by the number of targets, as the rule does") {
  const Tensor logits =
      tensor({{40.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}});
  const Variable x(logits.to(float32), true);
  cross_entropy(x, zeros({7}, int64)).backward(full({}, 0.3, float32));
  // softmax − onehot = (−½, ½) in the second row, exactly: what is left is 0.3/7, rounded once
  CHECK(x.grad().at({1, 1}) == static_cast<double>(0.3f / 7 * 0.5f));
}

TEST_CASE("losses: errors") {
  const Variable x = zeros({2, 3});
  const Tensor t = tensor({0, 1});
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({0, 3})),
                    "[cross_entropy] target 3 at position 1 is not one of 3 classes, [0, 3), nor the "
                    "ignore_index -100");
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({-1, 1})), "[cross_entropy] target -1 at position 0 is not one");
  CHECK_THROWS_TEXT(cross_entropy(x, tensor({0, 1, 2})),
                    "[cross_entropy] wants logits (N, V) with targets (N,), or (V,) with (), got (2, 3) and "
                    "(3,); reshape({-1, V}) and reshape({-1}) make them fit");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 3, 4}), zeros({2, 3}, int64)), "got (2, 3, 4) and (2, 3)");
  CHECK_THROWS_TEXT(cross_entropy(zeros({}), tensor(0)), "got () and ()");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 0}), t),
                    "[cross_entropy] there are no classes in logits of shape (2, 0)");
  CHECK_THROWS_TEXT(cross_entropy(x, zeros({2})),
                    "[cross_entropy] targets of shape (2,) are class indices, int64, not float32; convert "
                    "with to(int64)");
  CHECK_THROWS_TEXT(cross_entropy(zeros({2, 3}, int64), t),
                    "[cross_entropy] needs a floating dtype, not int64 of shape (2, 3)");
  for (const double smoothing : {-0.1, 1.5, std::nan("")}) {
    CHECK_THROWS_TEXT(cross_entropy(x, t, {.label_smoothing = smoothing}),
                      "[cross_entropy] label_smoothing must lie in [0, 1], got ");
  }
  CHECK_THROWS_TEXT(
      mse_loss(x, zeros({3})),
      "[mse_loss] prediction and target differ in shape: (2, 3) and (3,); expand or reshape one "
      "of them, they are not broadcast");
  CHECK_THROWS_TEXT(nll_loss(x, tensor({0, 3})),
                    "[nll_loss] target 3 at position 1 is not one of 3 classes, [0, 3), nor the ignore_index "
                    "-100");
  CHECK_THROWS_TEXT(nll_loss(x, tensor({0})), "[nll_loss] wants log_probs (N, V) with targets (N,)");
  CHECK_THROWS_TEXT(nll_loss(zeros({2, 0}), t), "[nll_loss] there are no classes in log_probs of shape");
  CHECK_THROWS_TEXT(nll_loss(x, zeros({2})), "[nll_loss] targets of shape (2,) are class indices, int64");
  CHECK_THROWS_TEXT(binary_cross_entropy_with_logits(x, zeros({3})),
                    "[binary_cross_entropy_with_logits] logits and targets differ in shape: (2, 3) and (3,)");
  CHECK_THROWS_TEXT(
      binary_cross_entropy_with_logits(x, x, {.weight = zeros({2})}),
      "[binary_cross_entropy_with_logits] a weight of shape (2,) does not broadcast to logits of "
      "shape (2, 3)");
  CHECK_THROWS_TEXT(binary_cross_entropy_with_logits(zeros({2}, int64), zeros({2})),
                    "[binary_cross_entropy_with_logits] needs a floating dtype, not int64");
  for (const BCEWithLogitsOptions& options :
       {BCEWithLogitsOptions{.weight = zeros({3}, float64)}, {.pos_weight = zeros({3}, float64)}}) {
    CHECK_THROWS_TEXT(
        binary_cross_entropy_with_logits(x, x, options),
        "[binary_cross_entropy_with_logits] operands are float32 and float64; convert one of them with to(");
  }
  CHECK_THROWS_TEXT(binary_cross_entropy_with_logits(x, zeros({2, 3}, float64)),
                    "[binary_cross_entropy_with_logits] operands are float32 and float64");
  CHECK_THROWS_TEXT(mse_loss(zeros({2}, int64), zeros({2}, int64)), "[mse_loss] needs a floating dtype");
  CHECK_THROWS_TEXT(mse_loss(x, zeros({2, 3}, float64)), "[mse_loss]");
}
