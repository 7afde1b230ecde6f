// Cross entropy beyond its table of ops: the kernel against the rule, certain and hopeless answers, digits of
// logits far from 0, what is kept.
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("cross_entropy: the fused gradient is the composed one, however long the rows") {
  Generator generator(7);
  for (const std::int64_t classes : {1, 2, 7, 16, 33, 65, 2048, 2049, 10000}) {
    for (const double center : {0.0, 1e4, -1e4}) {
      CAPTURE(classes);
      CAPTURE(center);
      const Tensor logits = randn({6, classes}, float32, generator), g = randn({6}, float32, generator);
      logits.mul_(5);
      logits.add_(center);
      const Tensor targets = randint(0, classes, {6}, int64, generator);
      targets.at({3}) = -100;
      const CrossEntropyOptions options{.label_smoothing = 0.1, .reduction = Reduction::none};
      const Variable x(logits, true);
      cross_entropy(x, targets, options).backward(g);
      const Variable by_rule =
          slope([&](const Variable& a) { return cross_entropy(a, targets, options); }, g, logits);
      CHECK(max_abs_diff(x.grad(), by_rule.value()) < 2e-6);
    }
  }
}

TEST_CASE("cross_entropy: label smoothing keeps the digits of float32 logits far from 0") {
  Generator generator(8);
  for (const double center : {0.0, 1e5, -1e5}) {
    CAPTURE(center);
    const Tensor logits = rand({1, 50000}, float32, generator).mul_(4).add_(center), target = tensor({17});
    const CrossEntropyOptions options{.label_smoothing = 0.1};
    const double ours = cross_entropy(logits, target, options).item<float>();
    CHECK(ours ==
          doctest::Approx(cross_entropy(logits.to(float64), target, options).item<double>()).epsilon(1e-6));
  }
}

TEST_CASE("cross_entropy: certain, hopeless and impossible answers") {
  struct Row {
    std::vector<double> logits;
    std::int64_t target;
    double loss;
  };
  const Row rows[] = {
      {{1e4, 0, 0}, 0, 0}, {{1e4, 0, 0}, 1, 1e4}, {{-1e4, 0}, 0, 1e4}, {{1e4, 1e4}, 0, 0.6931471805599453},
      {{-inf, 2}, 1, 0},   {{-inf, 2}, 0, inf},
  };
  for (const DType dtype : {float32, float64}) {
    for (const Row& row : rows) {
      const Tensor logits = tensor(row.logits).to(dtype);
      CAPTURE(logits);
      const Tensor expected = tensor(row.loss, dtype);
      CHECK(allclose(cross_entropy(logits, tensor(row.target)).value(), expected, 1e-7, 0));
      // the same at the far end of a row of many blocks that hold nothing
      const Tensor wide = full({5000}, -inf, dtype);
      wide.slice(0, 4000, 4000 + logits.numel()).copy_(logits);
      CHECK(allclose(cross_entropy(wide, tensor(4000 + row.target)).value(), expected, 1e-7, 0));
    }
  }
  const Variable certain(tensor({{1e4, 0.0}}), true);
  cross_entropy(certain, tensor({0})).backward();
  CHECK(max_abs_diff(certain.grad(), zeros({1, 2})) == 0);
  const double loss = cross_entropy(tensor({0.0, 1e4}), tensor({0.0, 1.0})).item<double>();
  CHECK((loss == 0 && !std::signbit(loss)));
  CHECK(std::isnan(cross_entropy(full({3}, -inf, float32), tensor(0)).item<double>()));
  CHECK(std::isnan(cross_entropy(tensor({0.0, std::nan("")}), tensor(0)).item<double>()));
}

TEST_CASE("cross_entropy: answers that are almost certain keep their digits, and so do their slopes") {
  struct Kind {
    const char* name;
    std::function<Variable(const Variable&)> loss;
  };
  const Kind kinds[] = {
      {"class", [](const Variable& x) { return cross_entropy(x, tensor(1)); }},
      {"class of weight 3",
       [](const Variable& x) {
         const Tensor weight = tensor({1.0, 3.0, 1.0, 1.0}, x.dtype());
         return cross_entropy(x, tensor(1), {.weight = weight, .reduction = Reduction::sum}) / 3;
       }},
      {"probabilities",
       [](const Variable& x) {
         return cross_entropy(x, tensor({0.0, 1.0, 0.0, 0.0}, x.dtype()));
       }},
  };
  for (const DType dtype : {float32, float64}) {
    const double epsilon = dtype == float32 ? 1e-5 : 1e-13;
    for (const double lead : {1.0, 3.0, 10.0, 17.0, 40.0, 80.0}) {
      CAPTURE(lead);
      for (int i = 0; i < 6; ++i) {
        const Kind& kind = kinds[i / 2];
        const bool create_graph = i % 2 == 1;
        CAPTURE(kind.name);
        const Variable x(tensor({0.0, lead, -1.0, 0.5}, dtype), true);
        const Variable loss = kind.loss(x);
        const auto slopes = grad({loss}, {x}, {.create_graph = create_graph})[0].to(float64).value();
        const double others[] = {std::exp(-lead), std::exp(-1 - lead), std::exp(0.5 - lead)};
        const double rest = others[0] + others[1] + others[2], all = 1 + rest;
        const auto near = [&](double value) { return doctest::Approx(value).epsilon(epsilon).scale(0); };
        CHECK(loss.to(float64).item<double>() == near(std::log1p(rest)));
        CHECK(slopes.to_vector<double>()[0] == near(others[0] / all));
        CHECK(slopes.to_vector<double>()[1] == near(-rest / all));
        CHECK(slopes.to_vector<double>()[2] == near(others[1] / all));
        CHECK(slopes.to_vector<double>()[3] == near(others[2] / all));
      }
    }
  }
}

TEST_CASE("losses of classes: what has no weight costs nothing, however wrong the logits") {
  for (const DType dtype : {float32, float64}) {
    const Tensor weight = tensor({0.0, 1.0}, dtype), scores = tensor({{-inf, 0.0}, {0.0, 0.0}}, dtype);
    for (const bool create_graph : {false, true}) {
      const auto check = [&](const Variable& x, const Variable& loss, double value, const Tensor& slope) {
        CHECK(loss.to(float64).item<double>() == doctest::Approx(value));
        const Variable dx = grad({loss}, {x}, {.create_graph = create_graph})[0];
        CHECK(max_abs_diff(dx.value(), slope.to(dtype)) < 1e-7);
      };
      const Variable x(scores, true), log_p(scores, true), soft(scores, true);
      check(x, cross_entropy(x, tensor({0, 1}), {.weight = weight}), std::log(2),
            tensor({{0.0, 0.0}, {0.5, -0.5}}));
      check(log_p, nll_loss(log_p, tensor({0, 1}), {.weight = weight}), 0, tensor({{0.0, 0.0}, {0.0, -1.0}}));
      const Tensor wanted = tensor({{0.0, 1.0}, {0.5, 0.5}}, dtype);
      check(soft, cross_entropy(soft, wanted), std::log(2) / 2, zeros({2, 2}));
    }
  }
}

TEST_CASE("cross_entropy: probabilities and weights keep the digits of float32 logits far from 0") {
  Generator generator(9);
  for (const double center : {0.0, 1e5, -1e5}) {
    CAPTURE(center);
    const Tensor logits = rand({3, 500}, float32, generator).mul_(4).add_(center);
    const Tensor p = softmax(rand({3, 500}, float32, generator), -1).value(), t = tensor({17, 0, 499});
    const Tensor weight = rand({500}, float32, generator).add_(0.5);
    for (const double smoothing : {0.0, 0.1}) {
      const auto losses = [&](DType dtype) {
        const Tensor x = logits.to(dtype), w = weight.to(dtype);
        return std::vector{
            cross_entropy(x, p.to(dtype), {.label_smoothing = smoothing}).to(float64).item<double>(),
            cross_entropy(x, t, {.weight = w, .label_smoothing = smoothing}).to(float64).item<double>()};
      };
      const auto ours = losses(float32), exact = losses(float64);
      for (std::size_t i = 0; i < 2; ++i) CHECK(ours[i] == doctest::Approx(exact[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("cross_entropy: one node that keeps the logits, the targets and two numbers a row") {
  const Variable x(zeros({4, 6}), true);
  const Variable loss = cross_entropy(x, zeros({4}, int64));
  CHECK(std::string(loss.node()->op()) == "cross_entropy");
  CHECK(loss.node()->saved_bytes() == (4 * 6 + 2 * 4) * sizeof(float) + 4 * sizeof(std::int64_t));
}

TEST_CASE("cross_entropy: the kernel divides the gradient by the number of targets, as the rule does") {
  const Tensor logits =
      tensor({{40.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}, {0.0, 0.0}});
  const Variable x(logits.to(float32), true);
  cross_entropy(x, zeros({7}, int64)).backward(full({}, 0.3, float32));
  // softmax − onehot = (−½, ½) in the second row, exactly: what is left is 0.3/7, rounded once
  CHECK(x.grad().at({1, 1}) == static_cast<double>(0.3f / 7 * 0.5f));
}
