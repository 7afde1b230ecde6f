// Embedding, index_add and index_select: against PyTorch (golden/make_indexing.py) and finite differences;
// repeated indices, threads, errors.
#include "op_table.hpp"
#include "support.hpp"

#include <numeric>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/embedding.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

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

TEST_CASE("indexing: large enough for threads, every term arrives once") {
  Generator generator(11);
  for (const Shape& shape : {Shape{50, 700}, Shape{2, 50, 400}, Shape{50, 1}}) {
    CAPTURE(shape);
    const int dim = shape.dim() - 2;
    const std::int64_t n = 3000;
    const Tensor index = randint(0, 50, {n}, int64, generator);
    Shape source_shape = shape;
    source_shape[dim] = n;
    const Tensor source = randn(source_shape, float32, generator);
    Tensor expected = zeros(shape, float64);
    for (std::int64_t i = 0; i < n; ++i)
      expected.select(dim, index.data<std::int64_t>()[i]).add_(source.select(dim, i).to(float64));
    for (const int threads : {1, 4}) {
      const Threads with(threads);
      CHECK(equal(index_add(zeros(shape), dim, index, source).value(), expected.to(float32)));
      CHECK(equal(index_select_backward(source, shape, dim, index).value(), expected.to(float32)));
    }
  }
}

TEST_CASE("indexing: gather and scatter_add, large enough for threads") {
  Generator generator(12);
  const Tensor x = randn({40, 900}, float32, generator);
  for (const std::int64_t width : {900, 64}) {  // of all elements, or of few among many
    for (const int dim : {0, 1}) {
      const Tensor index = randint(0, x.size(dim), {40, width}, int64, generator);
      const Tensor source = randn({40, width}, float32, generator);
      const Tensor taken = gather(x, dim, index).value(), added = scatter_add(x, dim, index, source).value();
      const Tensor expected = x.to(float64);
      for (std::int64_t i = 0; i < 40; ++i) {
        for (std::int64_t j = 0; j < width; ++j) {
          const auto k = static_cast<std::int64_t>(static_cast<double>(index.at({i, j})));
          const Shape at = dim == 0 ? Shape{k, j} : Shape{i, k};
          CHECK(taken.at({i, j}) == x.at(at));
          expected.at(at) += static_cast<double>(source.at({i, j}));
        }
      }
      CHECK(equal(added, expected.to(float32)));
    }
  }
}

TEST_CASE("indexing: float32 sums keep their digits however often an element is named") {
  Generator generator(13);
  const std::int64_t n = 1000000;
  const Tensor terms = rand({n, 1}, float32, generator);
  // 2^24 swallows every 1 that is added to it in float32
  const Tensor ones_after = ones({n, 1});
  ones_after.at({0, 0}) = 16777216;
  for (const Tensor& g : {terms, ones_after}) {
    const std::vector<double> values = g.to_vector<double>();
    const auto total = static_cast<float>(std::accumulate(values.begin(), values.end(), 0.0));
    const Tensor row = full({n}, 2, int64), column = row.reshape({n, 1}), none = zeros({3, 1});
    const Variable weight(zeros({3, 1}), true);
    const auto gradient = [&](const Variable& y) {
      return grad({y}, {weight}, {.grad_outputs = {g}})[0].value();
    };
    for (const Tensor& sum :
         {gradient(embedding(row, weight)), gradient(index_select(weight, 0, row)),
          gradient(gather(weight.expand({3, 1}), 0, column)), index_add(none, 0, row, g).value(),
          scatter_add(none, 0, column, g).value(), scatter_add(none.mT(), 1, column.mT(), g.mT()).value()}) {
      CHECK(equal(sum.reshape({3}), tensor({0.F, 0.F, total})));
    }
  }
}

TEST_CASE("indexing: an embedding's gradient that joins another one keeps its digits") {
  const Variable weight(zeros({3, 1}), true);
  // replayed first, the product leaves 2^24 in the sum that the embedding's rule then adds to
  const Variable rows = embedding(full({1000}, 1, int64), weight);
  const Variable loss = sum(rows) + sum(weight * 16777216);
  loss.backward();
  CHECK(equal(weight.grad(), tensor({{16777216.F}, {16778216.F}, {16777216.F}})));
}

TEST_CASE("indexing: rows far apart in a long table, and dims of size 1") {
  const std::int64_t size = 70000;
  const std::vector<std::int64_t> rows = {69999, 0, 256, 65536, 0, 69999, 65535, 1, 256};
  const Tensor added = index_add(zeros({size}), 0, tensor(rows), arange(1, 10, 1, float32)).value();
  const std::pair<std::int64_t, double> expected[] = {{0, 7},     {1, 8},     {256, 12},
                                                      {65535, 7}, {65536, 4}, {69999, 7}};
  for (const auto& [row, value] : expected) CHECK(added.at({row}) == value);
  CHECK(sum(added).item<float>() == 45);
  CHECK(equal(index_add(zeros({2, 1}), 1, tensor({0, 0}), ones({2, 2})).value(), full({2, 1}, 2.0)));
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
  CHECK_THROWS_TEXT(index_add(x, 0, tensor({0, -3}), zeros({2, 3})),
                    "[index_add] index -3 at position (1,) is out of range for dim 0 of shape (2, 3)");
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
  CHECK_THROWS_TEXT(scatter_add(x, 0, tensor({{0, -3}}), zeros({1, 2})),
                    "[scatter_add] index -3 at position (0, 1) is out of range for dim 0 of shape (2, 3)");
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

TEST_CASE("indexing: one_hot") {
  CHECK(equal(one_hot(tensor({0, 2})), tensor({{1, 0, 0}, {0, 0, 1}})));
  CHECK(equal(one_hot(tensor(1), 3), tensor({0, 1, 0})));
  CHECK(one_hot(zeros({2, 0}, int64), 4).shape() == Shape{2, 0, 4});
  CHECK_THROWS_TEXT(one_hot(tensor({0, 3}), 3),
                    "[one_hot] index 3 at position (1,) is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(one_hot(tensor({-1})), "[one_hot] index -1 at position (0,) is out of range");
  CHECK_THROWS_TEXT(one_hot(zeros({2})), "[one_hot] indices are int64, not float32");
  CHECK_THROWS_TEXT(one_hot(tensor({0}), 0), "[one_hot] the number of classes must be positive, not 0");
  CHECK_THROWS_TEXT(one_hot(zeros({0}, int64)),
                    "[one_hot] of no indices, shape (0,), the number of classes must be given");
}

TEST_CASE("indexing: one_hot refuses indices that leave no room for the classes") {
  CHECK_THROWS_TEXT(one_hot(tensor({INT64_MAX, std::int64_t{0}})),
                    "[one_hot] index 9223372036854775807 needs more classes than can be counted");
  CHECK_THROWS_TEXT(one_hot(tensor({INT64_MAX - 1, std::int64_t{0}})),
                    "[one_hot] more elements than can be counted: (2, 9223372036854775807)");
  CHECK_THROWS_TEXT(one_hot(zeros({1, 1, 1, 1, 1, 1, 1, 1}, int64)),
                    "[one_hot] indices of shape (1, 1, 1, 1, 1, 1, 1, 1) leave no dim for the classes");
}
