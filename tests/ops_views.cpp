// Views, against PyTorch (golden/make_views.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("views: values and gradients") {
  check_ops("views", {
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
