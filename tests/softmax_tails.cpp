// Values and gradients if one class has nearly all of the weight: against closed forms for two classes, and
// against Σ_j y_i y_j (g_i − g_j) in long double for many.
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <tuple>
#include <utility>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// Expected for the row x = (lead, 0): the gradient of the first element, and its derivative by that element.
// The second element has the opposite gradient.
struct Tail {
  double gradient, derivative;
};

void check_tail(const std::function<Variable(const Variable&)>& f,
                const std::function<Tail(double)>& expected) {
  for (const auto& [dtype, lead] : {std::pair{float32, 17.0},
                                    {float32, 3.0},
                                    {float32, 60.0},
                                    {float64, 37.43},
                                    {float64, 2.0},
                                    {float64, 90.0}}) {
    for (const std::int64_t n : {2, 50}) {  // the others −∞: rows in registers, and longer ones
      CAPTURE(dtype);
      CAPTURE(lead);
      CAPTURE(n);
      const Tensor scores = full({1, n}, -inf, dtype);
      scores.at({0, 0}) = lead;
      scores.at({0, n - 1}) = 0;
      const Variable x(scores, true);
      const Tail tail = expected(double(scores.at({0, 0})));
      const double close = dtype == float32 ? 5e-7 : 1e-15 * (4 + lead);
      const Tensor fused = grad({f(x)}, {x})[0].value();
      const Variable recorded = grad({f(x)}, {x}, {.create_graph = true})[0];
      for (const Tensor& dx : {fused, recorded.value()}) {
        CHECK(double(dx.at({0, 0})) == doctest::Approx(tail.gradient).epsilon(close).scale(0));
        CHECK(double(dx.at({0, n - 1})) == doctest::Approx(-tail.gradient).epsilon(close).scale(0));
      }
      const Tensor second = grad({recorded.select(1, 0).sum()}, {x})[0].value();
      CHECK(double(second.at({0, 0})) == doctest::Approx(tail.derivative).epsilon(close).scale(0));
      CHECK(double(second.at({0, n - 1})) == doctest::Approx(-tail.derivative).epsilon(close).scale(0));
    }
  }
}

// e^(−lead), which is 1 − p if p = 1 / (1 + e^(−lead)) rounds to 1
double odds(double lead) { return std::exp(-lead); }
double rest(double lead) { return odds(lead) / (1 + odds(lead)); }  // 1 − p

}  // namespace

TEST_CASE("softmax: the gradient of a class with nearly all of the weight keeps its digits") {
  for (const double g : {1.0, -0.3}) {
    check_tail([g](const Variable& x) { return sum(softmax(x, -1).select(1, 0) * g); },
               [g](double lead) {
                 const double pq = rest(lead) * (1 - rest(lead));
                 return Tail{g * pq, g * pq * (2 * rest(lead) - 1)};
               });
  }
}

TEST_CASE("log_softmax and the losses: 1 − p keeps its digits") {
  const auto expected = [](double lead) { return Tail{-rest(lead), rest(lead) * (1 - rest(lead))}; };
  const Tensor target = zeros({1}, int64);
  check_tail([](const Variable& x) { return neg(log_softmax(x, -1).select(1, 0).sum()); }, expected);
  check_tail([&](const Variable& x) { return nll_loss(log_softmax(x, -1), target); }, expected);
  check_tail([&](const Variable& x) { return cross_entropy(x, target); }, expected);
}

TEST_CASE("log_softmax and the losses of a class with nearly all of the weight: log(1 + tail)") {
  for (const auto& [dtype, lead] : {std::pair{float32, 1.5},
                                    {float32, 17.0},
                                    {float32, 60.0},
                                    {float64, 2.5},
                                    {float64, 37.43},
                                    {float64, 300.0}}) {
    for (const std::int64_t others : {1, 3, 40, 5000}) {
      CAPTURE(dtype);
      CAPTURE(lead);
      CAPTURE(others);
      const Tensor x = zeros({1, others + 1}, dtype), target = full({1}, others / 2, int64);
      x.at({0, others / 2}) = lead;
      const double expected = std::log1p(static_cast<double>(others) * odds(double(x.at({0, others / 2}))));
      const Variable y = log_softmax(x, -1);
      const double close = dtype == float32 ? 2e-6 : 5e-15;
      for (const double loss :
           {-double(y.value().at({0, others / 2})), cross_entropy(x, target).item<double>(),
            nll_loss(y, target).item<double>()}) {
        CHECK(loss == doctest::Approx(expected).epsilon(close).scale(0));
      }
    }
  }
}

TEST_CASE("softmax, log_softmax and cross_entropy: gradients of rows of many classes, led by one") {
  Generator generator(5);
  for (const DType dtype : {float32, float64}) {
    const long double epsilon = dtype == float32 ? 1.2e-7L : 2.3e-16L;
    for (const std::int64_t n : {3, 17, 100, 3000}) {
      for (const double lead : {0.0, 8.0, 25.0, 40.0}) {
        CAPTURE(dtype);
        CAPTURE(n);
        CAPTURE(lead);
        const Tensor scores = randn({n}, dtype, generator), g = randn({n}, dtype, generator);
        const std::int64_t top = n / 2;
        scores.at({top}) = lead;
        const auto s = scores.to_vector<double>(), w = g.to_vector<double>();
        std::vector<long double> y;
        long double total = 0;
        for (const double score : s)
          total += y.emplace_back(std::exp(static_cast<long double>(score) - lead));
        for (long double& weight : y) weight /= total;
        const auto at = static_cast<std::size_t>(top);

        Tensor dx[3];
        const Variable x(scores, true), target = full({}, top, int64);
        dx[0] = grad({sum(softmax(x, 0) * g)}, {x})[0].value();
        dx[1] = grad({sum(log_softmax(x, 0) * g)}, {x})[0].value();
        dx[2] = grad({cross_entropy(x, target)}, {x})[0].value();
        long double expected[3] = {};
        for (std::size_t j = 0; j < s.size(); ++j) {
          if (j == at) continue;
          expected[0] += y[at] * y[j] * (static_cast<long double>(w[at]) - w[j]);
          expected[1] += w[at] * y[j] - w[j] * y[at];
          expected[2] -= y[j];
        }
        for (std::size_t i = 0; i < 3; ++i) {
          CAPTURE(i);
          // a score is rounded to its own size, and the parts of a sum to theirs
          const auto size = static_cast<long double>(max_abs(dx[i])) * (i == 1 ? 30 : 1);
          CHECK(std::abs(static_cast<long double>(double(dx[i].at({top}))) - expected[i]) <=
                epsilon * (20 + lead) * size);
        }
      }
    }
  }
}

// One key with weight p and value 1 among others of value 0: its score's gradient is p (1 − p), a learned
// bias has the same, and the softcap multiplies by its slope.
TEST_CASE("fused attention: the gradient of a key with nearly all of the weight keeps its digits") {
  for (const auto& [dtype, lead, softcap] : {std::tuple{float32, 3.0, 0.0},
                                             {float32, 12.0, 0.0},
                                             {float32, 17.0, 0.0},
                                             {float32, 17.0, 20.0},
                                             {float32, 17.0, 2.0},
                                             {float64, 3.0, 0.0},
                                             {float64, 37.43, 0.0},
                                             {float64, 37.43, 50.0},
                                             {float64, 37.43, 2.0}}) {
    for (const auto& [keys, top] : {std::pair{2, 0}, {64, 5}, {600, 5}, {600, 599}}) {
      CAPTURE(dtype);
      CAPTURE(lead);
      CAPTURE(softcap);
      CAPTURE(keys);
      CAPTURE(top);
      constexpr std::int64_t queries = 130;  // more than a tile
      const Tensor scores = zeros({1, 1, keys, 1}, dtype), values = zeros({1, 1, keys, 1}, dtype);
      scores.at({0, 0, top, 0}) = lead;
      values.at({0, 0, top, 0}) = 1;
      const Variable q(ones({1, 1, queries, 1}, dtype), true), k(scores, true);
      const Variable bias(zeros({keys}, dtype), true);
      const double score = double(scores.at({0, 0, top, 0})), part = softcap > 0 ? score / softcap : 0;
      const double exact = softcap > 0 ? softcap * std::tanh(part) : score,
                   slope = 1 / (std::cosh(part) * std::cosh(part));
      const double others = (keys - 1) * odds(exact);
      const double gradient = others / (1 + others) / (1 + others);
      // the softcap rounds the score four times, and the gradient is in proportion to exp(−score); its slope,
      // at most, to exp(−2 part)
      const double unit = dtype == float32 ? 6e-8 : 1.2e-16,
                   capped = softcap > 0 ? 4 * unit * exact + 2 * unit * part : 0;
      const double close = (dtype == float32 ? 2e-6 : 1e-14) + capped;
      // 130 terms, each sum rounded
      const double close_sum = (dtype == float32 ? 8e-6 : 1.5e-14) + capped;
      for (const bool by_rule : {false, true}) {
        CAPTURE(by_rule);
        const Variable y = fused_attention(q, k, values, {.softcap = softcap, .bias = bias});
        const auto d = grad({y}, {q, k, bias},
                            {.grad_outputs = {ones({1, 1, queries, 1}, dtype)}, .create_graph = by_rule});
        CHECK(double(d[1].value().at({0, 0, top, 0})) ==
              doctest::Approx(queries * gradient * slope).epsilon(close_sum).scale(0));
        CHECK(double(d[2].value().at({top})) ==
              doctest::Approx(queries * gradient).epsilon(close_sum).scale(0));
        for (const std::int64_t query : {std::int64_t{0}, queries - 1}) {
          CHECK(double(d[0].value().at({0, 0, query, 0})) ==
                doctest::Approx(score * gradient * slope).epsilon(close).scale(0));
        }
      }
    }
  }
}
