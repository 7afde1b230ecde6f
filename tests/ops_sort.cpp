// max and min along a dim, sort, argsort and topk, against PyTorch (golden/make_order.py).
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/sort.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("sort: values and gradients") {
  std::vector<OpRow> rows;
  for (const int dim : {0, -2, 2}) {
    const std::string at = std::to_string(dim);
    rows.push_back({"max_" + at, [dim](const Xs& x) { return max(x[0], dim).first; }});
    rows.push_back({"min_" + at, [dim](const Xs& x) { return min(x[0], dim).first; }});
    rows.push_back({"max_" + at + "_keep", [dim](const Xs& x) { return x[0].max(dim, true).first; }});
    rows.push_back({"min_" + at + "_keep", [dim](const Xs& x) { return x[0].min(dim, true).first; }});
    rows.push_back({"sort_" + at, [dim](const Xs& x) { return sort(x[0], dim).first; }});
    rows.push_back(
        {"sort_" + at + "_descending", [dim](const Xs& x) { return sort(x[0], dim, true).first; }});
    rows.push_back({"argsort_" + at, [dim](const Xs& x) { return argsort(x[0], dim); }});
    rows.push_back({"argsort_" + at + "_descending", [dim](const Xs& x) { return x[0].argsort(dim, true); }});
    for (const std::int64_t k : {0, 1, 2}) {
      const std::string op = "topk_" + std::to_string(k) + "_" + at;
      rows.push_back({op, [k, dim](const Xs& x) { return topk(x[0], k, dim).first; }});
      rows.push_back(
          {op + "_smallest", [k, dim](const Xs& x) { return x[0].topk(k, dim, /*largest=*/false).first; }});
    }
  }
  check_ops("order", rows);
}

TEST_CASE("sort: the indices") {
  const Tensor x = tensor({{1.0, 3.0, 3.0}, {2.0, NAN, -1.0}});
  CHECK(equal(sort(x).second, tensor({{0, 1, 2}, {2, 0, 1}})));
  CHECK(equal(sort(x, -1, true).second, tensor({{1, 2, 0}, {1, 0, 2}})));
  CHECK(equal(sort(x, 0).second, tensor({{0, 0, 1}, {1, 1, 0}})));
  CHECK(equal(sort(tensor({true, false, true})).second, tensor({1, 0, 2})));
  CHECK(sort(zeros({2, 0})).second.shape() == Shape{2, 0});
  CHECK(equal(topk(x, 2).second, tensor({{1, 2}, {1, 0}})));
  CHECK(equal(topk(x, 2, -1, false).second, tensor({{0, 1}, {2, 0}})));
  CHECK(equal(topk(tensor({3, 1, 2, 1}), 3, 0, false).second, tensor({1, 3, 2})));
  CHECK(equal(argsort(x, -1, true), tensor({{1, 2, 0}, {1, 0, 2}})));
  CHECK(argsort(zeros({0, 2}), 0).shape() == Shape{0, 2});
  CHECK(equal(topk(x, 1, 0).second, tensor({{1, 1, 0}})));
  CHECK(equal(topk(tensor({1.0, NAN, 3.0, 3.0, NAN}), 5).second, tensor({1, 4, 2, 3, 0})));
}

TEST_CASE("sort: errors") {
  const Tensor x = zeros({2, 0});
  CHECK_THROWS_TEXT(topk(zeros({2, 6}), 7),
                    "[topk] k must lie in [0, 6], the size of dim 1 of shape (2, 6), got 7");
  CHECK_THROWS_TEXT(topk(zeros({2, 6}), -1), "[topk] k must lie in [0, 6]");
  CHECK_THROWS_TEXT(topk(x, 1, 3), "[topk] dim 3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(topk(zeros({2, 6}), 7, 1, false), "[topk] k must lie in [0, 6]");
  CHECK_THROWS_TEXT(argsort(x, -3), "[argsort] dim -3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(sort(x, 2), "[sort] dim 2 is out of range for a tensor of 2 dims");
}
