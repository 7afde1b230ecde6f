// Sliding windows, against PyTorch (golden/make_unfold.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/einsum.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/unfold.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("unfold: values and gradients") {
  std::vector<OpRow> rows;
  const struct {
    const char* name;
    int dim;
    std::int64_t size, step;
  } calls[] = {{"0_2_1", 0, 2, 1}, {"1_2_1", 1, 2, 1}, {"-1_2_2", -1, 2, 2}, {"-2_1_1", -2, 1, 1},
               {"1_2_9", 1, 2, 9}, {"2_0_1", 2, 0, 1}, {"0_5_3", 0, 5, 3},   {"0_1_1", 0, 1, 1}};
  for (const auto& call : calls) {
    rows.push_back({std::string("unfold_") + call.name,
                    [call](const Xs& x) { return unfold(x[0], call.dim, call.size, call.step); }});
  }
  rows.push_back({"unfold_twice", [](const Xs& x) { return x[0].unfold(1, 2, 1).unfold(2, 3, 1); }});
  rows.push_back({"unfold_sum", [](const Xs& x) { return x[0].unfold(1, 3, 1).sum({0, 3}); }});
  rows.push_back({"unfold_mean_squares", [](const Xs& x) {
                    const Variable windows = x[0].unfold(1, 3, 2);
                    return mean(windows * windows, 1);
                  }});
  rows.push_back({"unfold_matmul", [](const Xs& x) { return matmul(x[0].unfold(1, 3, 1), x[1]); }});
  rows.push_back({"conv1d", [](const Xs& x) {
                    return einsum("bclk,ock->bol", {unfold(x[0], 2, x[1].size(2), 1), x[1]});
                  }});
  rows.push_back({"conv1d_stride_2", [](const Xs& x) {
                    return einsum("bclk,ock->bol", {unfold(x[0], 2, x[1].size(2), 2), x[1]});
                  }});
  rows.push_back({"conv2d", [](const Xs& x) {
                    const Variable windows = x[0].unfold(2, x[1].size(2), 1).unfold(3, x[1].size(3), 1);
                    return einsum("bchwij,ocij->bohw", {windows, x[1]});
                  }});
  check_ops("unfold", rows);
}

TEST_CASE("unfold: a view, which shares memory and is not written to where windows overlap") {
  const Tensor x = arange(6, float64), windows = x.unfold(0, 3, 2);
  CHECK(windows.shape() == Shape{2, 3});
  CHECK(windows.strides() == Strides{2, 1});
  CHECK(windows.storage() == x.storage());
  CHECK(windows.overlaps_itself());
  CHECK_THROWS_TEXT(windows.add_(1), "[add_]");
  const Tensor apart = x.unfold(0, 2, 3);  // the elements 0 1 and 3 4
  CHECK_FALSE(apart.overlaps_itself());
  CHECK_FALSE(apart.mT().overlaps_itself());
  apart.fill_(9);
  CHECK(x.to_vector<double>() == std::vector<double>{9, 9, 2, 9, 9, 5});
  const Tensor grid = zeros({4, 5, 6});
  for (const Tensor& view :
       {grid, grid.permute({2, 0, 1}), grid.slice(1, 0, to_end, 2), grid.select(1, 2).mT(),
        grid.unfold(1, 2, 2), grid.slice(0, 0, 0).unfold(1, 3, 1)}) {
    CHECK_FALSE(view.overlaps_itself());
  }
  for (const Tensor& view : {grid.unfold(0, 2, 1), grid.unfold(1, 3, 1).permute({3, 1, 0, 2}),
                             grid.unfold(2, 3, 2), grid.slice(0, 0, 1).expand({2, 5, 6})}) {
    CHECK(view.overlaps_itself());
  }
}

TEST_CASE("unfold: gradients of many short and of few long windows") {
  const struct {
    std::int64_t n, size, step;
  } table[] = {{5000, 3, 1}, {5000, 2500, 2500}, {5000, 4990, 3}, {300, 100, 7}};
  for (const auto& row : table) {
    CAPTURE(row.size);
    const Variable x(zeros({row.n}, float64), true);
    unfold(x, 0, row.size, row.step).sum().backward();
    Tensor times = zeros({row.n}, float64);  // how many windows hold each element
    for (std::int64_t first = 0; first + row.size <= row.n; first += row.step)
      times.slice(0, first, first + row.size).add_(1);
    CHECK(equal(x.grad(), times));
  }
}

TEST_CASE("unfold: errors") {
  const Tensor x = zeros({2, 4});
  CHECK_THROWS_TEXT(unfold(x, 1, 5, 1),
                    "[unfold] a window of 5 elements does not fit into dim 1 of shape (2, 4)");
  CHECK_THROWS_TEXT(unfold(x, 1, -1, 1), "[unfold] a window of -1 elements does not fit");
  CHECK_THROWS_TEXT(unfold(x, 1, 2, 0), "[unfold] step must be positive, not 0");
  CHECK_THROWS_TEXT(unfold(x, 2, 1, 1), "[unfold] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(unfold(zeros({1, 1, 1, 1, 1, 1, 1, 1}), 0, 1, 1),
                    "[unfold] shape (1, 1, 1, 1, 1, 1, 1, 1)");
  CHECK_THROWS_TEXT(unfold(Variable(), 0, 1, 1), "[unfold]");
  CHECK_THROWS_TEXT(unfold_backward(zeros({2, 3, 2}, int64), {2, 4}, 1, 2, 1),
                    "[unfold_backward] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(unfold_backward(zeros({2, 2, 2}), {2, 4}, 1, 2, 1),
                    "[unfold_backward] g of shape (2, 2, 2) is no gradient of windows of shape (2, 3, 2)");
}
