// Parts of x, x repeated, mirrored, cut and padded, and running sums, against PyTorch
// (golden/make_rearrange.py).
#include "op_table.hpp"
#include "support.hpp"

#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/pad.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/split.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("rearrange: values and gradients") {
  std::vector<OpRow> rows = {
      {"flatten", [](const Xs& x) { return flatten(x[0]); }},
      {"flatten_1", [](const Xs& x) { return x[0].flatten(1); }},
      {"flatten_0_-2", [](const Xs& x) { return x[0].flatten(0, -2); }},
      {"flatten_1_1", [](const Xs& x) { return x[0].flatten(1, 1); }},
      {"parts",
       [](const Xs& x) {
         const auto p = x[0].chunk(3, 1);
         return p[0] + p[1] * 2 + p[2] * 3 + x[0].select(0, 1).select(0, 4);
       }},
      {"repeat_2_1_3",
       [](const Xs& x) {
         return x[0].dim() > 3 ? x[0] : repeat(x[0], {2, 1, 3});
       }},
      {"repeat_2_3_1_2",
       [](const Xs& x) {
         return repeat(x[0], {2, 3, 1, 2});
       }},
      {"repeat_1_0_2",
       [](const Xs& x) {
         return repeat(x[0], {1, 0, 2});
       }},
      {"repeat_five",
       [](const Xs& x) {
         return x[0].repeat({2, 2, 2, 2, 2});
       }},
      {"roll_2", [](const Xs& x) { return roll(x[0], {2}); }},
      {"roll_-7", [](const Xs& x) { return x[0].roll({-7}); }},
      {"roll_1_along_0", [](const Xs& x) { return roll(x[0], {1}, {0}); }},
      {"roll_-1_along_-1", [](const Xs& x) { return roll(x[0], {-1}, {-1}); }},
      {"roll_two",
       [](const Xs& x) {
         return x[0].roll({7, -2}, {2, 0});
       }},
      {"interleave_2", [](const Xs& x) { return repeat_interleave(x[0], 2); }},
      {"interleave_0", [](const Xs& x) { return x[0].repeat_interleave(0); }},
      {"interleave_each", [](const Xs& x) { return repeat_interleave(x[0], x[1]); }},
      {"flip_0", [](const Xs& x) { return flip(x[0], {0}); }},
      {"flip_-1", [](const Xs& x) { return x[0].flip({-1}); }},
      {"flip_2_0",
       [](const Xs& x) {
         return flip(x[0], {2, 0});
       }},
      {"flip_none", [](const Xs& x) { return flip(x[0], Shape{}); }},
      {"pad_1_2",
       [](const Xs& x) {
         return pad(x[0], {1, 2});
       }},
      {"pad_value",
       [](const Xs& x) {
         return pad(x[0], {1, 0, 0, 2}, is_floating(x[0].dtype()) ? Scalar(2.5) : Scalar(2));
       }},
      {"pad_all",
       [](const Xs& x) {
         return pad(x[0], {1, 0, 0, 2, 3, 1});
       }},
      {"pad_crop",
       [](const Xs& x) {
         return pad(x[0], {-1, 2, 1, -2});
       }},
      {"pad_nothing", [](const Xs& x) { return pad(x[0], {}); }},
  };
  for (std::size_t part = 0; part < 3; ++part) {
    const std::string at = std::to_string(part);
    rows.push_back({"chunk_3_" + at, [part](const Xs& x) { return chunk(x[0], 3)[part]; }});
    rows.push_back({"split_2_" + at, [part](const Xs& x) { return x[0].split(2, -1)[part]; }});
    rows.push_back({"split_1_0_3_" + at, [part](const Xs& x) {
                      return split(x[0], std::vector<std::int64_t>{1, 0, 3}, 1)[part];
                    }});
  }
  for (const std::int64_t k : {0, 1, -2, 9, -9}) {
    rows.push_back({"tril_" + std::to_string(k), [k](const Xs& x) { return tril(x[0], k); }});
    rows.push_back({"triu_" + std::to_string(k), [k](const Xs& x) { return x[0].triu(k); }});
  }
  for (const int dim : {0, 1, -1}) {
    const std::string at = std::to_string(dim);
    rows.push_back(
        {"interleave_3_along_" + at, [dim](const Xs& x) { return repeat_interleave(x[0], 3, dim); }});
    rows.push_back(
        {"interleave_each_along_" + at, [dim](const Xs& x) { return x[0].repeat_interleave(x[1], dim); }});
    rows.push_back({"cumsum_" + at, [dim](const Xs& x) { return cumsum(x[0], dim); }});
  }
  check_ops("rearrange", rows);
}

TEST_CASE("rearrange: how many parts there are, and how long the last one is") {
  const auto sizes = [](const std::vector<Variable>& parts) {
    Shape all;
    for (const Variable& part : parts) all.push_back(part.size(0));
    return all;
  };
  CHECK(sizes(chunk(zeros({7}), 3)) == Shape{3, 3, 1});
  CHECK(sizes(chunk(zeros({6}), 4)) == Shape{2, 2, 2});  // fewer than asked for, as in PyTorch
  CHECK(sizes(chunk(zeros({2}), 5)) == Shape{1, 1});
  CHECK(sizes(chunk(zeros({0}), 3)) == Shape{0, 0, 0});
  CHECK(sizes(split(zeros({7}), 3)) == Shape{3, 3, 1});
  CHECK(sizes(split(zeros({2}), 9)) == Shape{2});
  CHECK(sizes(split(zeros({0}), 3)) == Shape{0});
  CHECK(sizes(split(zeros({0}), 0)) == Shape{0});
}

TEST_CASE("rearrange: triangles with diagonals out of every range") {
  constexpr std::int64_t far = std::numeric_limits<std::int64_t>::max();
  const Tensor x = ones({3, 2});
  CHECK(equal(tril(x, far).value(), x));
  CHECK(equal(tril(x, -far).value(), zeros({3, 2})));
  CHECK(equal(triu(x, far).value(), zeros({3, 2})));
  CHECK(equal(triu(x, -far).value(), x));
}

TEST_CASE("rearrange: cumsum keeps the digits of float32, whatever the number of threads") {
  const std::int64_t n = 1 << 20;
  CHECK(cumsum(full({n}, 0.1F), 0).value().at({n - 1}) ==
        doctest::Approx(static_cast<double>(0.1F) * static_cast<double>(n)).epsilon(1e-7));
  const Tensor x = randn({5, 300, 700});
  const int before = get_num_threads();
  for (int dim = 0; dim < 3; ++dim) {
    set_num_threads(1);
    const Tensor one = cumsum(x, dim).value();
    const std::int64_t last = x.size(dim) - 1;
    const Tensor total = x.to(float64).select(dim, 0).clone();
    for (std::int64_t i = 1; i <= last; ++i) total.add_(x.to(float64).select(dim, i));
    CHECK(max_abs_diff(one.select(dim, last), total.to(float32)) < 2e-5);
    for (const int threads : {2, 3}) {
      set_num_threads(threads);
      CHECK(equal(cumsum(x, dim).value(), one));
    }
  }
  set_num_threads(before);
}

TEST_CASE("rearrange: a roll is a copy, and any shift is in range") {
  const Variable x = tensor({1, 2, 3});
  const Variable same = roll(x, {0});
  CHECK(equal(same.value(), x.value()));
  CHECK(same.value().storage() != x.value().storage());
  CHECK(equal(roll(x, {INT64_MAX}).value(), tensor({3, 1, 2})));      // 2^63 − 1 is 1 mod 3
  CHECK(equal(roll(x, {INT64_MIN + 1}).value(), tensor({2, 3, 1})));  // and its negative is 2
  CHECK(equal(roll(x, {1, 1}, {0, 0}).value(), tensor({2, 3, 1})));   // one roll after the other
}

TEST_CASE("rearrange: errors of repeat_interleave and roll") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(repeat_interleave(x, -1, 0),
                    "[repeat_interleave] repeats must not be negative, got -1 for shape (2, 3)");
  CHECK_THROWS_TEXT(repeat_interleave(x, 2, 2), "[repeat_interleave] dim 2 is out of range");
  CHECK_THROWS_TEXT(repeat_interleave(x, INT64_MAX, 1),
                    "[repeat_interleave] more elements than can be counted");
  CHECK_THROWS_TEXT(repeat_interleave(x, tensor({1, -2}), 0),
                    "[repeat_interleave] repeats must not be negative, got -2 for element 1");
  CHECK_THROWS_TEXT(repeat_interleave(x, tensor({1, 2}), 1),
                    "[repeat_interleave] repeats are int64, one for each of 3 elements or one for all, not "
                    "int64 of shape (2,)");
  CHECK_THROWS_TEXT(repeat_interleave(x, ones({2}), 0), "not float32 of shape (2,)");
  CHECK_THROWS_TEXT(repeat_interleave(x, tensor({{1, 2}}), 0), "not int64 of shape (1, 2)");
  CHECK_THROWS_TEXT(repeat_interleave(x, tensor({INT64_MAX, std::int64_t{1}}), 0),
                    "[repeat_interleave] the repeats add up to more than can be counted");
  CHECK_THROWS_TEXT(repeat_interleave(zeros({2}), tensor({INT64_MAX, INT64_C(0)})),
                    "[repeat_interleave] more elements than can be counted");
  CHECK_THROWS_TEXT(roll(x, {1, 2}),
                    "[roll] needs one shift for each dim, got shifts (1, 2) and dims () for shape (2, 3)");
  CHECK_THROWS_TEXT(roll(x, {1}, {0, 1}),
                    "[roll] needs one shift for each dim, got shifts (1,) and dims (0, 1)");
  CHECK_THROWS_TEXT(roll(x, Shape{}), "[roll] needs one shift for each dim, got shifts ()");
  CHECK_THROWS_TEXT(roll(x, {1}, {2}), "[roll] dim 2 is out of range for a tensor of 2 dims");
}

TEST_CASE("rearrange: errors") {
  const Variable x = zeros({2, 3});
  CHECK_THROWS_TEXT(flatten(x, 1, 0), "[flatten] start_dim 1 lies behind end_dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT(flatten(x, 2), "[flatten] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(split(x, 0),
                    "[split] the size of a part must be positive, not 0, for dim 0 of shape (2, 3)");
  CHECK_THROWS_TEXT(split(x, -1, 1), "[split] the size of a part must be positive, not -1");
  CHECK_THROWS_TEXT(
      split(x, std::vector<std::int64_t>{1, 1}, 1),
      "[split] the sizes (1, 1) must add up to 3, the size of dim 1 of shape (2, 3), and none be "
      "negative");
  CHECK_THROWS_TEXT(split(x, std::vector<std::int64_t>{4, -1}, 1),
                    "[split] the sizes (4, -1) must add up to 3");
  CHECK_THROWS_TEXT(split(x, std::vector<std::int64_t>{INT64_MAX, 3}, 1), "must add up to 3");
  CHECK_THROWS_TEXT(
      split(x, std::vector<std::int64_t>(10, 1), 1),
      "[split] the sizes (1, 1, 1, 1, 1, 1, 1, 1, 1, 1) must add up to 3, the size of dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(chunk(zeros({0, 2}), INT64_MAX),
                    "[chunk] 9223372036854775807 empty chunks of shape (0, 2) are more than memory can hold");
  CHECK_THROWS_TEXT(chunk(x, 0), "[chunk] the number of chunks must be at least 1, not 0");
  CHECK_THROWS_TEXT(chunk(x, 2, 2), "[chunk] dim 2 is out of range");
  CHECK_THROWS_TEXT(repeat(x, {2}), "[repeat] needs times for all 2 dims of shape (2, 3), got (2,)");
  CHECK_THROWS_TEXT(repeat(x, {2, -1}), "[repeat] times must not be negative, got (2, -1) for shape (2, 3)");
  CHECK_THROWS_TEXT(repeat(zeros({0, 1LL << 40, 2}), {1, 1, 1LL << 40}),
                    "[repeat] more elements than can be");
  CHECK_THROWS_TEXT(repeat(x, {INT64_MAX, 2}), "[repeat] more elements than can be counted");
  CHECK_THROWS_TEXT(repeat(zeros({0}), {INT64_MAX}), "[repeat] more elements than can be counted");
  CHECK_THROWS_TEXT(flip(x, {0, -2}), "[flip] dim -2 appears twice in the list of dims (0, -2)");
  CHECK_THROWS_TEXT(flip(x, {2}), "[flip] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(tril(zeros({3})), "[tril] needs at least 2 dims, x has shape (3,)");
  CHECK_THROWS_TEXT(triu(zeros({})), "[triu] needs at least 2 dims, x has shape ()");
  CHECK_THROWS_TEXT(pad(x, {1}), "[pad] wants two amounts for each of at most 2 dims of shape (2, 3), got 1");
  CHECK_THROWS_TEXT(pad(x, {1, 1, 1, 1, 1, 1}), "of at most 2 dims of shape (2, 3), got 6");
  CHECK_THROWS_TEXT(pad(x, {-2, -2}),
                    "[pad] amounts -2 and -2 take more away than dim 1 of shape (2, 3) has");
  CHECK_THROWS_TEXT(pad(x, {-4, 4}), "[pad] amounts -4 and 4 take more away than dim 1");
  constexpr std::int64_t most = INT64_MAX;
  for (const Shape& amounts : {Shape{most, most}, {most, 0}, {0, most}}) {
    CHECK_THROWS_TEXT(pad(x, {amounts[0], amounts[1]}),
                      "[pad] amounts " + std::to_string(amounts[0]) + " and " + std::to_string(amounts[1]) +
                          " make dim 1 of shape (2, 3) larger than can be counted");
  }
  CHECK_THROWS_TEXT(pad(x, {most, most, 1, 1}), "make dim 1 of shape (2, 3) larger than can be counted");
  CHECK_THROWS_TEXT(pad(x, {1LL << 40, 0, 1LL << 40, 0}), "[pad] more elements than can be counted");
  CHECK_THROWS_TEXT(pad(x, {INT64_MIN, most}),
                    "[pad] amounts -9223372036854775808 and 9223372036854775807 "
                    "take more away than dim 1 of shape (2, 3) has");
  CHECK_THROWS_TEXT(cumsum(x, 2), "[cumsum] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(cumsum(zeros({}), 1), "[cumsum] dim 1 is out of range");
}
