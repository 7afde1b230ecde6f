// Embedding, index_add and index_select: against PyTorch (golden/make_indexing.py) and finite differences;
// repeated indices, threads, errors.
#include "op_table.hpp"
#include "support.hpp"

#include <xgrad/core/factories.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tape.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("indexing: values and gradients") {
  std::vector<OpRow> rows = {{"embedding", [](const Xs& x) { return embedding(x[0], x[1]); }}};
  for (int dim = 0; dim < 3; ++dim) {
    const std::string at(1, static_cast<char>('0' + dim));
    rows.push_back({"index_add_" + at, [dim](const Xs& x) { return index_add(x[0], dim, x[1], x[2]); }});
    rows.push_back({"index_select_" + at, [dim](const Xs& x) { return index_select(x[0], dim, x[1]); }});
    rows.push_back({"index_select_backward_" + at, [dim](const Xs& x) {
                      return index_select_backward(x[0], {3, 2, 4}, dim, x[1]);
                    }});
  }
  for (const int dim : {0, 1, -1}) {
    const std::string at = std::to_string(dim);
    rows.push_back({"gather_" + at, [dim](const Xs& x) { return x[0].gather(dim, x[1]); }});
    rows.push_back({"scatter_add_" + at, [dim](const Xs& x) { return scatter_add(x[0], dim, x[1], x[2]); }});
  }
  check_ops("indexing", rows);
}

TEST_CASE("indexing: large enough for threads, every term arrives once and in order") {
  Generator generator(11);
  for (const Shape& shape : {Shape{50, 700}, Shape{2, 50, 400}, Shape{50, 1}}) {
    CAPTURE(shape);
    const int dim = shape.dim() - 2;
    const std::int64_t n = 3000;
    const Tensor index = randint(0, 50, {n}, int64, generator);
    Shape source_shape = shape;
    source_shape[dim] = n;
    const Tensor source = randn(source_shape, float32, generator);
    Tensor expected = zeros(shape);
    for (std::int64_t i = 0; i < n; ++i)
      expected.select(dim, index.data<std::int64_t>()[i]).add_(source.select(dim, i));
    CHECK(equal(index_add(zeros(shape), dim, index, source).value(), expected));
    CHECK(equal(index_select_backward(source, shape, dim, index).value(), expected));
  }
}

TEST_CASE("indexing: gather and scatter_add, large enough for threads") {
  Generator generator(12);
  const Shape shape{40, 900};
  for (const int dim : {0, 1}) {
    const Tensor index = randint(0, shape[dim], {40, 900}, int64, generator);
    const Tensor x = randn(shape, float32, generator), source = randn(shape, float32, generator);
    const Tensor taken = gather(x, dim, index).value(), added = scatter_add(x, dim, index, source).value();
    const Tensor expected = x.clone();
    for (std::int64_t i = 0; i < shape[0]; ++i) {
      for (std::int64_t j = 0; j < shape[1]; ++j) {
        const auto k = static_cast<std::int64_t>(static_cast<double>(index.at({i, j})));
        const Shape at = dim == 0 ? Shape{k, j} : Shape{i, k};
        CHECK(taken.at({i, j}) == x.at(at));
        expected.at(at) = static_cast<float>(expected.at(at)) + static_cast<float>(source.at({i, j}));
      }
    }
    CHECK(equal(added, expected));
  }
}

TEST_CASE("indexing: any dtype is selected, and embedding keeps the indices alone") {
  CHECK(equal(index_select(tensor({5, 6, 7}), 0, tensor({2, 0})).value(), tensor({7, 5})));
  CHECK(equal(index_select(tensor({true, false}), -1, tensor({1, 1})).value(), tensor({false, false})));
  const Variable weight(zeros({5, 3}), true);
  const Variable rows = embedding(tensor({{1, 2}, {3, 4}}), weight);
  CHECK(std::string(rows.node()->op()) == "embedding");
  CHECK(rows.node()->saved_bytes() == 4 * sizeof(std::int64_t));
}

TEST_CASE("indexing: errors") {
  const Variable weight = zeros({5, 3}), x = zeros({2, 3});
  CHECK_THROWS_TEXT(embedding(tensor({{1, 2}, {7, 0}}), weight),
                    "[embedding] index 7 at position (1, 0) is out of range for dim 0 of shape (5, 3)");
  CHECK_THROWS_TEXT(embedding(tensor(-1), weight),
                    "[embedding] index -1 at position () is out of range for dim 0 of shape (5, 3)");
  CHECK_THROWS_TEXT(embedding(zeros({2}), weight),
                    "[embedding] indices are int64, not float32 of shape (2,); convert with to(int64)");
  CHECK_THROWS_TEXT(embedding(tensor({1}), zeros({5})), "[embedding] weight must be (V, D), got (5,)");
  CHECK_THROWS_TEXT(index_select(x, 1, tensor({0, 3})),
                    "[index_select] index 3 at position (1,) is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(index_select(x, 2, tensor({0})), "[index_select] dim 2 is out of range");
  CHECK_THROWS_TEXT(index_select(x, 0, tensor({{0}})), "[index_select] index must be 1-D, got shape (1, 1)");
  CHECK_THROWS_TEXT(index_add(x, 0, tensor({0, -2}), zeros({2, 3})),
                    "[index_add] index -2 at position (1,) is out of range for dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT(index_add(x, 0, tensor({0}), zeros({2, 3})),
                    "[index_add] source of shape (2, 3) does not fit x of shape (2, 3) with 1 indices along "
                    "dim 0; it must be (1, 3)");
  CHECK_THROWS_TEXT(index_add(x, 0, tensor({0}), zeros({1, 3}, float64)),
                    "[index_add] x and source need one floating dtype, got float32 and float64");
}

TEST_CASE("indexing: errors of gather and scatter_add") {
  const Variable x = zeros({2, 3});
  const Tensor index = tensor({{0, 1}});
  CHECK_THROWS_TEXT(gather(x, 1, tensor({{0, 3}})),
                    "[gather] index 3 at position (0, 1) is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(
      gather(x, 0, tensor({0})),
      "[gather] the index of shape (1,) does not fit x of shape (2, 3) along dim 0; it needs as "
      "many dims, and in the others sizes no larger than x's");
  CHECK_THROWS_TEXT(gather(x, 1, zeros({3, 1}, int64)), "[gather] the index of shape (3, 1) does not fit x");
  CHECK_THROWS_TEXT(gather(x, 2, index), "[gather] dim 2 is out of range");
  CHECK_THROWS_TEXT(gather(x, 1, zeros({1, 2})), "[gather] indices are int64, not float32");
  CHECK_THROWS_TEXT(scatter_add(x, 1, index, zeros({2, 2})),
                    "[scatter_add] the source of shape (2, 2) must have the index's shape, (1, 2)");
  CHECK_THROWS_TEXT(scatter_add(x, 1, index, zeros({1, 2}, float64)),
                    "[scatter_add] x and source need one floating dtype, got float32 and float64");
  CHECK_THROWS_TEXT(scatter_add(x, 0, tensor({{0, -1}}), zeros({1, 2})),
                    "[scatter_add] index -1 at position (0, 1) is out of range for dim 0 of shape (2, 3)");
}

TEST_CASE("indexing: the rules check their arguments too") {
  const Variable g = zeros({2, 3});
  CHECK_THROWS_TEXT(
      index_select_backward(g, {5, 3}, 0, tensor({0, 5})),
      "[index_select_backward] index 5 at position (1,) is out of range for dim 0 of shape (5, 3)");
  CHECK_THROWS_TEXT(index_select_backward(g, {5, 3}, 2, tensor({0, 1})),
                    "[index_select_backward] dim 2 is out");
  CHECK_THROWS_TEXT(
      index_select_backward(g, {5, 4}, 0, tensor({0, 1})),
      "[index_select_backward] g of shape (2, 3) is no gradient of 2 indices along dim 0 of shape "
      "(5, 4); it must be (2, 4)");
  CHECK_THROWS_TEXT(index_select_backward(g, {5, 3}, 0, tensor({{0, 1}})), "index must be 1-D");
  CHECK_THROWS_TEXT(index_select_backward(g, {5, 3}, 0, zeros({2})), "indices are int64, not float32");
  CHECK(index_select_backward(g, {2, 5}, -1, tensor({0, 1, 4})).shape() == Shape{2, 5});
  CHECK_THROWS_TEXT(slice_backward(g, {5, 3}, 0, 0, 3, 1),
                    "[slice_backward] g of shape (2, 3) is no gradient of a view of shape (3, 3) of (5, 3)");
  CHECK_THROWS_TEXT(
      select_backward(g, {2, 2, 4}, 0, 1),
      "[select_backward] g of shape (2, 3) is no gradient of a view of shape (2, 4) of (2, 2, 4)");
}
