// scatter and scatter_reduce: against PyTorch (golden/make_scatter.py) and finite differences; elements named
// several times, threads, errors. scatter_add: ops_indexing.cpp.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/gather.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("scatter: values and gradients") {
  const std::pair<const char*, ScatterReduce> reductions[] = {{"sum", ScatterReduce::sum},
                                                              {"mean", ScatterReduce::mean},
                                                              {"amax", ScatterReduce::amax},
                                                              {"amin", ScatterReduce::amin}};
  std::vector<OpRow> rows;
  for (const int dim : {0, 1, -1}) {
    const std::string at = std::to_string(dim);
    rows.push_back({"scatter_" + at, [dim](const Xs& x) { return scatter(x[0], dim, x[1], x[2]); }});
    rows.push_back({"scatter_number_" + at, [dim](const Xs& x) {
                      return scatter(x[0], dim, x[1], is_floating(x[0].dtype()) ? 2.5 : 2);
                    }});
    for (const auto& [name, reduce] : reductions) {
      const std::string op = std::string("scatter_") + name + "_" + at;
      rows.push_back({op, [dim, reduce = reduce](const Xs& x) {
                        return scatter_reduce(x[0], dim, x[1], x[2], reduce);
                      }});
      rows.push_back({op + "_alone", [dim, reduce = reduce](const Xs& x) {
                        return scatter_reduce(x[0], dim, x[1], x[2], reduce, /*include_self=*/false);
                      }});
    }
  }
  check_ops("scatter", rows);
}

TEST_CASE("scatter: the last of several sources wins, and it alone gets the gradient") {
  const Variable x(zeros({4}), true), source(tensor({1.0, 2.0, 3.0}), true);
  const Variable y = scatter(x, 0, tensor({2, 0, 2}), source);
  CHECK(equal(y.value(), tensor({2.0, 0.0, 3.0, 0.0})));
  y.backward(tensor({10.0, 20.0, 30.0, 40.0}));
  CHECK(equal(x.grad(), tensor({0.0, 20.0, 0.0, 40.0})));
  CHECK(equal(source.grad(), tensor({0.0, 10.0, 30.0})));
  CHECK(equal(x.value(), zeros({4})));
}

TEST_CASE("scatter: an infinite gradient does not reach what was overwritten") {
  const Variable x(zeros({2}), true), source(tensor({1.0, 2.0}), true);
  scatter(x, 0, tensor({1, 1}), source).backward(tensor({1.0, INFINITY}));
  CHECK(equal(x.grad(), tensor({1.0, 0.0})));
  CHECK(equal(source.grad(), tensor({0.0, static_cast<double>(INFINITY)})));
}

TEST_CASE("scatter: an x that does not count takes no part in a tie") {
  // PyTorch 1.13 counts it in the tie, and loses half of the gradient.
  const Variable x(tensor({5.0, 7.0}), true), source(tensor({5.0}), true);
  for (const ScatterReduce reduce : {ScatterReduce::amax, ScatterReduce::amin}) {
    x.zero_grad();
    source.zero_grad();
    sum(scatter_reduce(x, 0, tensor({0}), source, reduce, /*include_self=*/false)).backward();
    CHECK(equal(x.grad(), tensor({0.0, 1.0})));
    CHECK(equal(source.grad(), tensor({1.0})));
  }
}

TEST_CASE("scatter: large enough for threads") {
  Generator generator(12);
  const Tensor x = randn({40, 900}, float32, generator);
  for (const int dim : {0, 1}) {
    const Tensor index = randint(0, x.size(dim), {40, 700}, int64, generator);
    const Tensor source = randn({40, 700}, float32, generator);
    const Tensor last = x.clone(), largest = x.clone();
    for (std::int64_t i = 0; i < 40; ++i) {
      for (std::int64_t j = 0; j < 700; ++j) {
        const std::int64_t k = index.data<std::int64_t>()[i * 700 + j];
        const Shape at = dim == 0 ? Shape{k, j} : Shape{i, k};
        last.at(at) = source.at({i, j});
        largest.at(at) = std::max<double>(largest.at(at), source.at({i, j}));
      }
    }
    for (const int threads : {1, 4}) {
      const Threads with(threads);
      CHECK(equal(scatter(x, dim, index, source).value(), last));
      CHECK(equal(scatter_reduce(x, dim, index, source, ScatterReduce::amax).value(), largest));
    }
  }
}

TEST_CASE("scatter: a negative index counts from the back, in every op of indices") {
  const Tensor x = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  const Tensor rows = tensor({-1, 0, -2}), columns = tensor({{-1, 1}, {0, -3}});
  const Tensor same_rows = tensor({1, 0, 0}), same_columns = tensor({{2, 1}, {0, 0}});
  const Tensor source = tensor({{10.0, 20.0}, {30.0, 40.0}}), more = ones({3, 3});
  using Op = std::function<Variable(const Variable&, const Tensor&)>;
  const Op of_rows[] = {
      [](const Variable& v, const Tensor& i) { return index_select(v, 0, i); },
      [&](const Variable& v, const Tensor& i) { return index_add(v, 0, i, more); },
      [&](const Variable& v, const Tensor& i) {
        return sum(v) * index_select_backward(more, {2, 3}, 0, i);
      },
  };
  const Op of_elements[] = {
      [](const Variable& v, const Tensor& i) { return gather(v, 1, i); },
      [&](const Variable& v, const Tensor& i) { return scatter(v, 1, i, source); },
      [](const Variable& v, const Tensor& i) { return scatter(v, 1, i, 7); },
      [&](const Variable& v, const Tensor& i) { return scatter_add(v, 1, i, source); },
      [&](const Variable& v, const Tensor& i) {
        return scatter_reduce(v, 1, i, source, ScatterReduce::amin, /*include_self=*/false);
      },
  };
  const auto value_and_gradient = [&](const Op& op, const Tensor& index) {
    const Variable v(x, true), y = op(v, index);
    const Variable g = grad({sum(y * y)}, {v})[0];
    return std::pair{y.value(), g.value()};
  };
  const auto check = [&](const Op& op, const Tensor& negative, const Tensor& same) {
    const Tensor before = negative.clone();
    const auto [y, g] = value_and_gradient(op, negative);
    const auto [expected, expected_g] = value_and_gradient(op, same);
    CHECK(equal(y, expected));
    CHECK(equal(g, expected_g));
    CHECK(equal(negative, before));
  };
  for (const Op& op : of_rows) check(op, rows, same_rows);
  for (const Op& op : of_elements) check(op, columns, same_columns);
  CHECK(equal(gather(x, 1, columns.mT().contiguous().mT()).value(), tensor({{3.0, 2.0}, {4.0, 4.0}})));
}

TEST_CASE("scatter: errors") {
  const Variable x = zeros({2, 3});
  const Tensor index = tensor({{0, 1}});
  CHECK_THROWS_TEXT(gather(x, 1, tensor({{0, -4}})),
                    "[gather] index -4 at position (0, 1) is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(scatter(x, 0, tensor({{-1, 2}}), zeros({1, 2})),
                    "[scatter] index 2 at position (0, 1) is out of range for dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT(scatter(x, 0, tensor({{INT64_MIN, INT64_MAX}}), 1),
                    "[scatter] index -9223372036854775808 at position (0, 0) is out of range for dim 0");
  CHECK_THROWS_TEXT(scatter(x, 1, index, zeros({2, 2})),
                    "[scatter] the source of shape (2, 2) must have the index's shape, (1, 2)");
  CHECK_THROWS_TEXT(scatter(x, 1, index, zeros({1, 2}, float64)),
                    "[scatter] x and source need one dtype, got float32 and float64; convert with to()");
  CHECK_THROWS_TEXT(scatter(x, 1, zeros({1, 2}), zeros({1, 2})), "[scatter] indices are int64, not float32");
  CHECK_THROWS_TEXT(scatter(x, 1, zeros({3, 1}, int64), 0),
                    "[scatter] the index of shape (3, 1) does not fit x of shape (2, 3) along dim 1");
  CHECK_THROWS_TEXT(scatter(x, 2, index, 0), "[scatter] dim 2 is out of range for a tensor of 2 dims");
  for (const ScatterReduce reduce :
       {ScatterReduce::sum, ScatterReduce::mean, ScatterReduce::amax, ScatterReduce::amin}) {
    CHECK_THROWS_TEXT(scatter_reduce(x, 1, tensor({{0, 3}}), zeros({1, 2}), reduce),
                      "[scatter_reduce] index 3 at position (0, 1) is out of range for dim 1");
    CHECK_THROWS_TEXT(scatter_reduce(x, 1, index, zeros({2, 2}), reduce, false),
                      "[scatter_reduce] the source of shape (2, 2) must have the index's shape, (1, 2)");
    CHECK_THROWS_TEXT(scatter_reduce(x, 1, index, zeros({1, 2}, float64), reduce),
                      "dtype, got float32 and float64; convert with to()");
  }
  CHECK_THROWS_TEXT(scatter_reduce(zeros({2}, int64), 0, tensor({0}), tensor({1}), ScatterReduce::sum),
                    "[scatter_reduce] x and source need one floating dtype, got int64 and int64");
}
