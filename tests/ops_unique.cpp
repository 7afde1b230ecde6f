// unique and bincount, against PyTorch (golden/make_unique.py), and their errors.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/unique.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("unique: values") {
  check_ops("unique", {
                          {"unique_values", [](const Xs& x) { return unique(x[0]).values; }},
                          {"unique_inverse", [](const Xs& x) { return x[0].unique().inverse; }},
                          {"unique_counts", [](const Xs& x) { return unique(x[0]).counts; }},
                          {"bincount", [](const Xs& x) { return bincount(x[0]); }},
                          {"bincount_8", [](const Xs& x) { return x[0].bincount({}, 8); }},
                          {"bincount_2", [](const Xs& x) { return bincount(x[0], {}, 2); }},
                          {"bincount_weights", [](const Xs& x) { return bincount(x[0], x[1]); }},
                      });
}

TEST_CASE("unique: each NaN is a value of its own, the last; 0 and -0 are one") {
  const Unique u = unique(tensor({NAN, -0.0, 1.0, 0.0, NAN, -INFINITY}));
  CHECK(equal(u.values.slice(0, 0, 3), tensor({-static_cast<double>(INFINITY), 0.0, 1.0})));
  CHECK(u.values.shape() == Shape{5});
  CHECK(std::isnan(u.values.at({3})));
  CHECK(std::isnan(u.values.at({4})));
  CHECK(equal(u.inverse, tensor({3, 1, 2, 1, 4, 0})));
  CHECK(equal(u.counts, tensor({1, 2, 1, 1, 1})));
}

TEST_CASE("unique: large, with the same numbers for any number of threads") {
  Generator generator(3);
  const Tensor x = randint(-500, 500, {300, 700}, int64, generator);
  const Unique u = unique(x);
  std::vector<std::int64_t> counts(1000);
  for (const std::int64_t number : x.to_vector<std::int64_t>())
    ++counts[static_cast<std::size_t>(number + 500)];
  CHECK(equal(u.values, arange(-500, 500)));
  CHECK(equal(u.counts, tensor(counts)));
  for (const int threads : {1, 4}) {
    const Threads with(threads);
    CHECK(equal(unique(x).inverse.to(float64), x.to(float64).clone().add_(500)));
  }
}

TEST_CASE("unique: integers stay exact, and integer weights are added in float64") {
  const std::int64_t big = (std::int64_t{1} << 53) + 1;
  CHECK(equal(unique(tensor({big, big - 1, big})).values, tensor({big - 1, big})));
  CHECK(equal(bincount(tensor({1, 1, 0}), tensor({2, 3, 5})), tensor({5.0, 5.0}, float64)));
  CHECK(equal(bincount(tensor({1, 1}), tensor({0.5F, 0.25F})), tensor({0.F, 0.75F})));
  CHECK(bincount(zeros({0}, int64)).shape() == Shape{0});
  CHECK(equal(bincount(zeros({0}, int64), ones({0}), 2), tensor({0.F, 0.F})));
}

TEST_CASE("unique: errors of bincount") {
  CHECK_THROWS_TEXT(bincount(tensor({1, -2})), "[bincount] x must not be negative, got -2");
  CHECK_THROWS_TEXT(bincount(zeros({2})), "[bincount] x must be int64, not float32; convert with to(int64)");
  CHECK_THROWS_TEXT(bincount(tensor({{1}})),
                    "[bincount] x must be 1-D, got shape (1, 1); reshape({-1}) flattens it");
  CHECK_THROWS_TEXT(bincount(tensor({1}), {}, -1), "[bincount] minlength must not be negative, got -1");
  CHECK_THROWS_TEXT(bincount(tensor({1, 2}), ones({3})),
                    "[bincount] needs one weight for each element of x, got weights (3,) for x (2,)");
  CHECK_THROWS_TEXT(bincount(tensor({INT64_MAX})),
                    "[bincount] element 9223372036854775807 needs more counts than can be counted");
}
