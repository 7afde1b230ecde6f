#include "judge.hpp"

#include STUDENT

namespace {

std::vector<Expert> factors(const std::vector<double>& numbers) {
  std::vector<Expert> experts;
  for (const double number : numbers) experts.push_back([number](const Variable& x) { return x * number; });
  return experts;
}

/// Expert e is tanh(x W_eᵀ), with W_e = weight[e].
std::vector<Expert> layers(const Variable& weight) {
  std::vector<Expert> experts;
  for (std::int64_t e = 0; e < weight.size(0); ++e) {
    const Variable own = weight.select(0, e);
    experts.push_back([own](const Variable& x) { return tanh(linear(x, own)); });
  }
  return experts;
}

/// The formula, one row after the other.
Tensor row_by_row(const Tensor& x, const Tensor& gate, const std::vector<Expert>& experts, std::int64_t k) {
  const Tensor y = zeros_like(x);
  for (std::int64_t n = 0; n < x.size(0); ++n) {
    const Tensor row = x.slice(0, n, n + 1);
    const auto [scores, chosen] = topk(linear(row, gate), k);
    const Tensor weights = softmax(scores, -1);
    for (std::int64_t i = 0; i < k; ++i) {
      const auto e = static_cast<std::size_t>(chosen.at({0, i}));
      y[n] += (experts[e](row) * weights[{0, i}]).value()[0];
    }
  }
  return y;
}

}  // namespace

void checks(Judge& judge) {
  const Tensor gate = tensor({{std::log(3.0)}, {0.0}, {-5.0}});
  judge.values(
      "values",
      [&] {
        return mixture_of_experts(tensor({{1.0}}), gate, factors({10, 20, 30}), 2);
      },
      tensor({{12.5}}));
  judge.that("weights add up to 1", [] {
    const Tensor x = randn({7, 4}), any_gate = randn({5, 4});
    for (const std::int64_t k : {1, 2, 5}) {
      Judge::must_equal(mixture_of_experts(x, any_gate, factors({1, 1, 1, 1, 1}), k), x, 1e-5,
                        "every expert returns x, so y is x; k = ", k);
    }
  });
  judge.that("as row by row", [] {
    const Tensor x = randn({16, 4}), any_gate = randn({5, 4});
    const std::vector<Expert> experts = layers(randn({5, 4, 4}));
    for (const std::int64_t k : {1, 2, 3, 5}) {
      const Tensor ours = row_by_row(x, any_gate, experts, k);
      Judge::must_equal(mixture_of_experts(x, any_gate, experts, k), ours, 1e-5, "k = ", k);
    }
  });
  judge.that("only chosen rows", [&] {
    std::vector<std::vector<std::int64_t>> calls(3);  // the numbers of rows, for each expert
    std::vector<Expert> experts;
    for (std::size_t e = 0; e < 3; ++e) {
      experts.push_back([&calls, e](const Variable& x) {
        calls[e].push_back(x.size(0));
        return x;
      });
    }
    // For x > 0 the order is 0, 1, 2; for x < 0 it is 2, 1, 0.
    mixture_of_experts(tensor({{1.0}, {-1.0}, {2.0}, {3.0}}), gate, experts, 2);
    const std::vector<std::int64_t> rows{3, 4, 1};
    for (std::size_t e = 0; e < 3; ++e) {
      Judge::must(calls[e].size() == 1, "expert ", e, " must be called once, yours is called ",
                  calls[e].size(), " times");
      Judge::must(calls[e][0] == rows[e], "expert ", e, " must get ", rows[e], " of 4 rows, yours gets ",
                  calls[e][0]);
    }
  });
  judge.that("an idle expert", [&] {
    std::vector<Expert> experts = factors({1, 1, 1});
    experts[2] = [](const Variable&) -> Variable {
      throw std::runtime_error("an expert that no row chose is called");
    };
    Judge::must_equal(mixture_of_experts(tensor({{1.0}, {2.0}}), gate, experts, 2), tensor({{1.0}, {2.0}}),
                      1e-6);
  });
  judge.gradients("gradients",
                  [](const Variable& x, const Variable& any_gate, const Variable& weight) {
                    return mixture_of_experts(x, any_gate, layers(weight), 2);
                  },
                  {randn({4, 3}), randn({4, 3}), randn({4, 3, 3})});
  judge.values(
      "no rows",
      [&] {
        return mixture_of_experts(zeros({0, 1}), gate, factors({1, 2, 3}), 2);
      },
      zeros({0, 1}));
  judge.values(
      "float64",
      [] {
        const Tensor scores = tensor({{1.0}, {0.5}}, float64);
        return mixture_of_experts(tensor({{0.1}}, float64), scores, factors({3, 3}), 2);
      },
      tensor({{0.3}}, float64), 1e-15);
}
