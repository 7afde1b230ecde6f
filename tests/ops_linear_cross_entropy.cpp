// linear_cross_entropy: values and gradients against PyTorch (golden/make_linear_cross_entropy.py) and finite
// differences, errors. More about it: linear_cross_entropy.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

namespace {

OpRow entropy(const std::string& name, CrossEntropyOptions options, bool is_weighted = false) {
  return {"linear_cross_entropy_" + name, [options, is_weighted](const Xs& x) {
            CrossEntropyOptions all = options;
            if (is_weighted) all.weight = tensor({0.5, 2.0, 0.0, 1.0, 3.0}, x[0].dtype());
            return linear_cross_entropy(x[0], x[1], x[2], x.size() > 3 ? x[3] : Variable(), all);
          }};
}

}  // namespace

TEST_CASE("linear_cross_entropy: values and gradients") {
  std::vector<OpRow> rows = {entropy("ignoring_2", {.ignore_index = 2, .label_smoothing = 0.2})};
  const std::pair<std::string, Reduction> reductions[] = {
      {"mean", Reduction::mean}, {"sum", Reduction::sum}, {"none", Reduction::none}};
  for (const auto& [name, reduction] : reductions) {
    const CrossEntropyOptions smoothed{.label_smoothing = 0.1, .reduction = reduction};
    rows.push_back(entropy(name, {.reduction = reduction}));
    rows.push_back(entropy(name + "_smoothed", smoothed));
    rows.push_back(entropy(name + "_weighted", smoothed, true));
    rows.push_back(entropy(name + "_probs", {.reduction = reduction}));
  }
  check_ops("linear_cross_entropy", rows);
}

TEST_CASE("linear_cross_entropy: errors") {
  const Variable x = zeros({2, 4}), w = zeros({3, 4});
  const Tensor t = tensor({0, 1});
  CHECK_THROWS_TEXT(linear_cross_entropy(x, w, tensor({0, 3})),
                    "[linear_cross_entropy] target 3 at position 1 is not one of 3 classes, [0, 3), nor the "
                    "ignore_index -100");
  CHECK_THROWS_TEXT(linear_cross_entropy(x, w, tensor({-1, 1})),
                    "[linear_cross_entropy] target -1 at position 0 is not one");
  CHECK_THROWS_TEXT(
      linear_cross_entropy(x, w, zeros({2, 1}, int64)),
      "[linear_cross_entropy] targets must be (...) = (2,) for x (..., D) = (2, 4), not (2, 1)");
  CHECK_THROWS_TEXT(linear_cross_entropy(x, w, zeros({2}, boolean)),
                    "[linear_cross_entropy] targets of shape (2,) are classes, int64, or probabilities of "
                    "classes, floating, not boolean");
  for (const Shape& shape : {Shape{3}, Shape{3, 5}, Shape{1, 3, 4}}) {
    CHECK_THROWS_TEXT(
        linear_cross_entropy(x, zeros(shape), t),
        "[linear_cross_entropy] x must be (..., D) and linear_weight (V, D), got (2, 4) and " + shape.str());
  }
  CHECK_THROWS_TEXT(linear_cross_entropy(zeros({}), w, tensor(0)),
                    "[linear_cross_entropy] x must be (..., D) and linear_weight (V, D), got () and (3, 4)");
  CHECK_THROWS_TEXT(linear_cross_entropy(x, zeros({0, 4}), t),
                    "[linear_cross_entropy] there are no classes in linear_weight of shape (0, 4)");
  CHECK_THROWS_TEXT(
      linear_cross_entropy(x, zeros({3, 4}, float64), t),
      "[linear_cross_entropy] x is float32 (2, 4), linear_weight float64 (3, 4); convert one of "
      "them with to()");
  CHECK_THROWS_TEXT(linear_cross_entropy(zeros({2, 4}, int64), w, t),
                    "[linear_cross_entropy] needs a floating dtype, not int64 of shape (2, 4)");
  CHECK_THROWS_TEXT(linear_cross_entropy(x, w, t, zeros({4})),
                    "[linear_cross_entropy] linear_bias must be (V) = (3,) for linear_weight (3, 4), not "
                    "(4,)");
  CHECK_THROWS_TEXT(
      linear_cross_entropy(x, w, t, zeros({3}, float64)),
      "[linear_cross_entropy] x is float32, linear_bias float64; convert one of them with to()");
  for (const double smoothing : {-0.1, 1.5, std::nan("")}) {
    CHECK_THROWS_TEXT(linear_cross_entropy(x, w, t, {}, {.label_smoothing = smoothing}),
                      "[linear_cross_entropy] label_smoothing must lie in [0, 1], got ");
  }
}
