// Filters of logits, against loops from the papers' definitions (golden/make_sampling.py).
#include "support.hpp"

#include <cmath>

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/sampling.hpp>

using namespace xgrad;

namespace {

const std::vector<std::vector<std::int64_t>> seen{
    {3, 3, 0, 22},
    {},
    {5},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22},
    {7, 11, 7}};

void check_golden(const Tensor& result, DType dtype, const std::string& key) {
  CAPTURE(key);
  CHECK(equal(result, golden("sampling", std::string(name(dtype)) + "/" + key)));
}

}  // namespace

TEST_CASE("sampling: filters keep the tokens that the papers keep") {
  for (const DType dtype : {float32, float64}) {
    const Tensor logits = golden("sampling", std::string(name(dtype)) + "/logits"), before = logits.clone();
    for (const auto& [k, key] : {std::pair{1, "1"}, {2, "2"}, {5, "5"}, {23, "23"}, {100, "100"}}) {
      check_golden(nn::keep_top_k(logits, k), dtype, std::string("top_k/") + key);
    }
    for (const auto& [p, key] :
         {std::pair{0.0, "0.0"}, {0.3, "0.3"}, {0.7, "0.7"}, {0.93, "0.93"}, {1.0, "1.0"}}) {
      check_golden(nn::keep_top_p(logits, p), dtype, std::string("top_p/") + key);
    }
    for (const auto& [p, key] :
         {std::pair{0.0, "0.0"}, {0.01, "0.01"}, {0.1, "0.1"}, {0.5, "0.5"}, {1.0, "1.0"}}) {
      check_golden(nn::keep_min_p(logits, p), dtype, std::string("min_p/") + key);
    }
    for (const auto& [penalty, key] : {std::pair{0.5, "0.5"}, {1.0, "1.0"}, {1.2, "1.2"}, {3.0, "3.0"}}) {
      const Tensor expected = golden("sampling", std::string(name(dtype)) + "/repetition/" + key);
      CHECK(allclose(nn::penalize_repetition(logits, seen, penalty), expected, 1e-6, 0));
    }
    CHECK(equal(logits, before));
  }
}

TEST_CASE("sampling: logits of any leading shape") {
  const Tensor row = tensor({1.0, 4.0, 2.0, 3.0}), expected = tensor({-INFINITY, 4.0, -INFINITY, 3.0});
  for (const auto& filter : std::vector<std::function<Tensor(const Tensor&)>>{
           [](const Tensor& x) { return nn::keep_top_k(x, 2); },
           [](const Tensor& x) { return nn::keep_top_p(x, 0.7); },  // probabilities 0.032 0.644 0.087 0.237
           [](const Tensor& x) { return nn::keep_min_p(x, 0.3); }}) {  // e⁻¹ is 0.37, e⁻² is 0.14
    CHECK(equal(filter(row), expected));
    CHECK(equal(filter(row.reshape({1, 2, 2}).reshape({1, 1, 4})), expected.reshape({1, 1, 4})));
    CHECK(filter(empty({0, 4})).shape() == Shape{0, 4});
    CHECK(equal(filter(tensor({{5.0}, {-1.0}})), tensor({{5.0}, {-1.0}})));
    const Tensor transposed = tensor({{1.0, 1.0}, {4.0, 4.0}, {2.0, 2.0}, {3.0, 3.0}}).transpose(0, 1);
    CHECK(equal(filter(transposed).select(0, 1), expected));
  }
}

TEST_CASE("sampling: a nucleus that sums to exactly p is complete") {
  CHECK(equal(nn::keep_top_p(zeros({4}), 0.5), tensor({0.0, 0.0, -INFINITY, -INFINITY})));
  const Tensor rounded_away = tensor({0.0, -800.0});  // the first alone sums to 1
  CHECK(equal(nn::keep_top_p(rounded_away, 1), rounded_away));
}

TEST_CASE("sampling: nuclei of a large vocabulary, small and large ones") {
  // The likeliest token is order[0]; the i-th has e^(−c i) times its probability. The first n of V have the
  // probability (1 − e^(−c n)) / (1 − e^(−c V)), or n / V where c = 0.
  constexpr std::int64_t V = 6000;
  Generator generator(2);
  const std::vector<std::int64_t> order = randperm(V, generator).to_vector<std::int64_t>();
  const std::vector<double> decays{1, 0.01, 0.002, 0.0005, 0};
  std::vector<std::vector<double>> logits(decays.size(), std::vector<double>(V));
  for (std::size_t row = 0; row < decays.size(); ++row) {
    for (std::size_t i = 0; i < V; ++i) {
      logits[row][static_cast<std::size_t>(order[i])] = 3 - decays[row] * static_cast<double>(i);
    }
  }
  for (const double p : {0.0, 0.3, 0.9001}) {
    const auto kept = nn::keep_top_p(tensor(logits), p);
    for (std::size_t row = 0; row < decays.size(); ++row) {
      CAPTURE(row);
      const double c = decays[row], whole = c == 0 ? V : 1 - std::exp(-c * V);
      std::int64_t n = 1;
      while ((c == 0 ? static_cast<double>(n) : 1 - std::exp(-c * static_cast<double>(n))) / whole < p) ++n;
      std::vector<double> expected(V, -INFINITY);
      for (std::int64_t i = 0; i < n; ++i) {
        const std::size_t token = static_cast<std::size_t>(c == 0 ? i : order[static_cast<std::size_t>(i)]);
        expected[token] = logits[row][token];
      }
      CHECK(kept.select(0, static_cast<std::int64_t>(row)).to_vector<double>() == expected);
    }
  }
}

TEST_CASE("sampling: errors") {
  const Tensor logits = zeros({2, 3});
  CHECK_THROWS_TEXT(nn::keep_top_k(logits, 0), "[keep_top_k] k must be at least 1, not 0");
  CHECK_THROWS_TEXT(nn::keep_top_p(logits, 1.5), "[keep_top_p] p must lie in [0, 1], not 1.5");
  CHECK_THROWS_TEXT(nn::keep_top_p(logits, NAN), "[keep_top_p] p must lie in [0, 1], not nan");
  CHECK_THROWS_TEXT(nn::keep_min_p(logits, -0.1), "[keep_min_p] min_p must lie in [0, 1], not -0.1");
  CHECK_THROWS_TEXT(nn::keep_top_k(zeros({3}, int64), 1), "[keep_top_k] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(nn::keep_top_p(zeros({2, 0}), 0.5),
                    "[keep_top_p] logits must be (..., V) with at least one token, not (2, 0)");
  CHECK_THROWS_TEXT(nn::keep_min_p(zeros({}), 0.5), "[keep_min_p] logits must be (..., V)");
  CHECK_THROWS_TEXT(
      nn::penalize_repetition(logits, {{0}}, 2),
      "[penalize_repetition] logits must be (B, V), with seen tokens for each of the B rows, not "
      "(2, 3) with those of 1");
  CHECK_THROWS_TEXT(nn::penalize_repetition(logits, {{0}, {1}}, 0),
                    "[penalize_repetition] the penalty must be positive and finite, not 0");
  CHECK_THROWS_AS(nn::penalize_repetition(logits, {{0}, {3}}, 2), std::out_of_range);
}
