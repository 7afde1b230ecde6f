// Views, against PyTorch (golden/make_views.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("views: values and gradients") {
  check_ops("views", {
                         {"diagonal", [](const Xs& x) { return diagonal(x[0]); }},
                         {"diagonal_1_-1_0", [](const Xs& x) { return diagonal(x[0], 1, -1, 0); }},
                         {"diagonal_-1_1_2", [](const Xs& x) { return x[0].diagonal(-1, 1, 2); }},
                         {"diagonal_9_0_2", [](const Xs& x) { return diagonal(x[0], 9, 0, 2); }},
                         {"diag_0", [](const Xs& x) { return diag(x[0]); }},
                         {"diag_2", [](const Xs& x) { return x[0].diag(2); }},
                         {"diag_-1", [](const Xs& x) { return diag(x[0], -1); }},
                         {"reshape_flat", [](const Xs& x) { return reshape(x[0], {x[0].numel()}); }},
                         {"reshape_4_3_2",
                          [](const Xs& x) {
                            return reshape(x[0], {4, 3, 2});
                          }},
                         {"reshape_-1_2",
                          [](const Xs& x) {
                            return x[0].reshape({-1, 2});
                          }},
                         {"reshape_scalar", [](const Xs& x) { return x[0].reshape({}); }},
                         {"transpose_0_1", [](const Xs& x) { return transpose(x[0], 0, 1); }},
                         {"transpose_-1_-3", [](const Xs& x) { return x[0].transpose(-1, -3); }},
                         {"mT", [](const Xs& x) { return x[0].mT(); }},
                         {"permute_2_0_1",
                          [](const Xs& x) {
                            return permute(x[0], {2, 0, 1});
                          }},
                         {"permute_-1_0_-2",
                          [](const Xs& x) {
                            return x[0].permute({-1, 0, -2});
                          }},
                         {"squeeze", [](const Xs& x) { return squeeze(x[0]); }},
                         {"squeeze_1", [](const Xs& x) { return squeeze(x[0], 1); }},
                         {"squeeze_-1", [](const Xs& x) { return x[0].squeeze(-1); }},
                         {"unsqueeze_0", [](const Xs& x) { return unsqueeze(x[0], 0); }},
                         {"unsqueeze_-1", [](const Xs& x) { return x[0].unsqueeze(-1); }},
                         {"expand",
                          [](const Xs& x) {
                            return expand(x[0], {2, 3, 4});
                          }},
                         {"expand_keep",
                          [](const Xs& x) {
                            return x[0].expand({2, -1, 4});
                          }},
                         {"expand_empty",
                          [](const Xs& x) {
                            return x[0].expand({3, 0});
                          }},
                         {"slice_tail", [](const Xs& x) { return slice(x[0], 1, 1); }},
                         {"slice_step", [](const Xs& x) { return x[0].slice(-1, 0, 10, 2); }},
                         {"slice_negative", [](const Xs& x) { return x[0].slice(0, -1); }},
                         {"select_0", [](const Xs& x) { return select(x[0], 0, 0); }},
                         {"select_-1", [](const Xs& x) { return x[0].select(-1, -1); }},
                         {"to_int64", [](const Xs& x) { return to(3 * x[0], int64); }},
                     });
}

TEST_CASE("views: to another dtype carries the gradient back in the first one") {
  const Variable x(tensor({1, 2.5, -3}), true);
  const Variable y = to(x, float64);
  CHECK(y.dtype() == float64);
  y.backward(tensor({1, 10, 100}, float64));
  CHECK(equal(x.grad(), tensor({1, 10, 100}, float32)));
  CHECK_FALSE(to(x, int64).requires_grad());
}

TEST_CASE("views: a diagonal shares the memory of its matrix") {
  const Tensor x = zeros({3, 4});
  x.diagonal(1).fill_(7);
  CHECK(equal(x, tensor({{0.F, 7.F, 0.F, 0.F}, {0.F, 0.F, 7.F, 0.F}, {0.F, 0.F, 0.F, 7.F}})));
  CHECK(x.diagonal(-2).shape() == Shape{1});
  CHECK(x.diagonal(INT64_MAX).shape() == Shape{0});
  CHECK(x.diagonal(INT64_MIN, 1, 0).shape() == Shape{0});
  CHECK(equal(ones({2, 3}).expand({4, 2, 3}).diagonal(0, 0, 2), ones({2, 3})));
  CHECK(ones({2, 3, 1, 1, 1, 1, 1, 1}).diagonal().shape() == Shape{1, 1, 1, 1, 1, 1, 2});
}

TEST_CASE("views: the gradients of several diagonals add up in place") {
  const Variable x(zeros({3, 3}), true);
  const Variable loss = sum(diagonal(x) * 2) + sum(diagonal(x, 1)) + sum(x * 5);
  loss.backward();
  CHECK(equal(x.grad(), tensor({{7.F, 6.F, 5.F}, {5.F, 7.F, 6.F}, {5.F, 5.F, 7.F}})));
}

TEST_CASE("views: errors of diagonals") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(diagonal(x, 0, 1, -1), "[diagonal] needs two different dims, got dim 1 twice for (2, 3)");
  CHECK_THROWS_TEXT(diagonal(x, 0, 0, 2), "[diagonal] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(diagonal(zeros({3})), "[diagonal] dim 1 is out of range for a tensor of 1 dims");
  CHECK_THROWS_TEXT(diag(zeros({2, 2, 2})), "[diag] needs a matrix or a vector, got shape (2, 2, 2)");
  CHECK_THROWS_TEXT(diag(zeros({})), "[diag] needs a matrix or a vector, got shape ()");
  CHECK_THROWS_TEXT(diag(zeros({3}), INT64_MIN),
                    "[diag] a matrix with diagonal -9223372036854775808 is larger than can be counted");
  CHECK_THROWS_TEXT(diag(zeros({3}), INT64_MAX - 3), "[diag] more elements than can be counted");
  CHECK_THROWS_TEXT(diagonal_backward(zeros({2}), {3, 3}, 0, 0, 1),
                    "[diagonal_backward] g of shape (2,) is no gradient of a view of shape (3,) of (3, 3)");
}
