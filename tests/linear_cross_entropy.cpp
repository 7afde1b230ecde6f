// linear_cross_entropy: its parts, its memory, what it keeps, and infinite logits. Values and gradients
// against PyTorch: ops_linear_cross_entropy.cpp.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/autograd/fused.hpp>
#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/base/bfloat16.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/embedding.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

struct Head {
  Tensor x, weight, targets, bias;
};

Head head(std::int64_t rows, std::int64_t width, std::int64_t classes, DType dtype) {
  Generator generator(5);
  Head head{randn({rows, width}, dtype, generator), randn({classes, width}, dtype, generator),
            randint(0, classes, {rows}, int64, generator), randn({classes}, dtype, generator)};
  if (rows > 2) head.targets.at({2}) = -100;
  return head;
}

// The bytes that `work` has at most in use at a time, beyond those in use before it.
template <class Work>
std::size_t peak_of(const Work& work) {
  const PoolStats stats = pool_stats();
  // As much in use as ever before, so that the next byte is a new peak.
  const Tensor filling = empty({static_cast<std::int64_t>((stats.peak - stats.in_use) / sizeof(float))});
  const std::size_t before = pool_stats().in_use;
  work();
  return pool_stats().peak - before;
}

}  // namespace

TEST_CASE("linear_cross_entropy: however the rows are cut into parts, it is cross_entropy of linear") {
  // With 20000 classes a part has at most 256 rows.
  for (const std::int64_t rows : {1, 255, 256, 257, 512, 513, 600}) {
    for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
      CAPTURE(rows);
      CAPTURE(static_cast<int>(reduction));
      const Head all = head(rows, 3, 20000, float64);
      const CrossEntropyOptions options{.label_smoothing = 0.1, .reduction = reduction};
      const Variable x(all.x, true), w(all.weight, true), b(all.bias, true);
      const Variable loss = linear_cross_entropy(x, w, all.targets, b, options);
      const Variable other = cross_entropy(linear(x, w, b), all.targets, options);
      CHECK(max_abs_diff(loss.value(), other.value()) <= 1e-13 * max_abs(other.value()));
      Generator generator(6);
      const Variable g = randn(loss.shape(), float64, generator);
      const auto ours = grad({loss}, {x, w, b}, {.grad_outputs = {g}});
      const auto theirs = grad({other}, {x, w, b}, {.grad_outputs = {g}});
      for (std::size_t i = 0; i < 3; ++i) {
        CHECK(max_abs_diff(ours[i].value(), theirs[i].value()) <= 1e-13 * max_abs(theirs[i].value()));
      }
    }
  }
}

TEST_CASE("linear_cross_entropy: the logits of all rows are never in memory together") {
  constexpr std::int64_t N = 6 * 256, V = 20000, D = 4;
  const Head all = head(N, D, V, float32);
  const std::size_t part = 4 * 256 * V, gradients = 4 * (N + V) * D;
  for (const Reduction reduction : {Reduction::mean, Reduction::none}) {
    CAPTURE(static_cast<int>(reduction));
    const Variable x(all.x, true), w(all.weight, true);
    const std::size_t peak = peak_of([&] {
      const Variable loss = linear_cross_entropy(x, w, all.targets, {}, {.reduction = reduction});
      sum(loss).backward();
    });
    CHECK(peak < part + part / 4 + 2 * gradients);  // all logits are six parts
    CHECK((!pooling || peak >= part));
    const NoGradGuard no_grad;
    CHECK(peak_of([&] { linear_cross_entropy(x, w, all.targets, {}, {.reduction = reduction}); }) <
          part + part / 4);
  }
}

TEST_CASE("linear_cross_entropy: one node that keeps its inputs, and the gradients that are wanted") {
  const Tensor t = zeros({7}, int64);
  const std::size_t x_bytes = 7 * 4 * sizeof(float), w_bytes = 5 * 4 * sizeof(float),
                    t_bytes = 7 * sizeof(std::int64_t);
  const auto saved = [&](bool x_wants, bool w_wants, Reduction reduction = Reduction::mean) {
    const Variable x(ones({7, 4}), x_wants), w(ones({5, 4}), w_wants);
    const Variable loss = linear_cross_entropy(x, w, t, {}, {.reduction = reduction});
    CHECK(std::string(loss.node()->op()) == "linear_cross_entropy");
    return loss.node()->saved_bytes() - x_bytes - w_bytes - t_bytes;
  };
  CHECK(saved(true, true) == x_bytes + w_bytes);
  CHECK(saved(true, false) == x_bytes);
  CHECK(saved(false, true) == w_bytes);
  CHECK(saved(true, true, Reduction::none) == 0);
  CHECK_FALSE(linear_cross_entropy(ones({7, 4}), ones({5, 4}), t).requires_grad());
}

TEST_CASE("linear_cross_entropy: a weight that others use too gets the sum of all gradients") {
  const Head all = head(6, 3, 5, float64);
  const Tensor tokens = tensor({1, 4, 4, 0, 2, 3});
  const auto gradient_of = [&](auto loss_of) {
    const Variable w(all.weight, true);
    const Variable x = embedding(tokens, w);  // a tied head
    (loss_of(x, w) * 0.5 + loss_of(x * 2, w) * 3).backward();
    loss_of(embedding(tokens, w), w).backward();  // a second batch, added up
    return w.grad();
  };
  const Tensor ours = gradient_of(
      [&](const Variable& x, const Variable& w) { return linear_cross_entropy(x, w, all.targets); });
  const Tensor theirs = gradient_of(
      [&](const Variable& x, const Variable& w) { return cross_entropy(linear(x, w), all.targets); });
  CHECK(max_abs_diff(ours, theirs) < 1e-14);
}

TEST_CASE(
    "linear_cross_entropy: a replayed node gives its gradients again, whatever became of the first ones") {
  const Head all = head(6, 3, 5, float64);
  for (const double factor : {1.0, 0.5}) {
    CAPTURE(factor);
    const Variable x(all.x, true), w(all.weight, true), b(all.bias, true);
    const Variable loss = linear_cross_entropy(x, w, all.targets, b) * factor;
    std::vector<Tensor> first;
    loss.backward({}, {.retain_graph = true});
    for (const Variable& input : {x, w, b}) {
      first.push_back(input.grad().clone());
      input.grad().mul_(3);  // as clipping would
    }
    for (const Variable& input : {x, w, b}) input.zero_grad();
    loss.backward();
    CHECK(equal(x.grad(), first[0]));
    CHECK(equal(w.grad(), first[1]));
    CHECK(equal(b.grad(), first[2]));
  }
}

TEST_CASE("linear_cross_entropy: certain, hopeless and impossible answers are those of cross_entropy") {
  // The logits are b, since x is 0; and infinite ones through the product, whose gradients are NaN.
  const std::vector<double> rows[] = {{1e4, 0, 0}, {-1e4, 0, 0}, {-inf, 2, 2},       {-inf, -inf, 0},
                                      {inf, 0, 0}, {17, 0, 0},   {-inf, -inf, -inf}, {std::nan(""), 0, 0}};
  for (const DType dtype : {float32, float64}) {
    for (const auto& row : rows) {
      for (const std::int64_t target : {0, 1, 2}) {
        for (const bool is_product : {false, true}) {
          CAPTURE(row[0]);
          CAPTURE(target);
          CAPTURE(is_product);
          const Tensor numbers = tensor(row).to(dtype);
          const Variable x(full({1, 1}, is_product, dtype), true);
          const Variable w(is_product ? numbers.unsqueeze(1).clone() : zeros({3, 1}, dtype), true);
          const Variable b(is_product ? zeros({3}, dtype) : numbers.clone(), true);
          const Tensor t = tensor({target});
          const Variable ours = linear_cross_entropy(x, w, t, b), theirs = cross_entropy(linear(x, w, b), t);
          CHECK(max_abs_diff(ours.value(), theirs.value()) == 0);
          const auto by_one = grad({ours}, {x, w, b}), by_two = grad({theirs}, {x, w, b});
          for (std::size_t i = 0; i < 3; ++i) CHECK(max_abs_diff(by_one[i].value(), by_two[i].value()) == 0);
        }
      }
    }
  }
}

TEST_CASE("linear_cross_entropy: in mixed precision it is the loss of two mixed nodes") {
  manual_seed(0);
  const Variable x(randn({600, 12}), true), w(randn({20, 12}), true), b(randn({20}), true);
  const Tensor targets = randint(0, 20, {600});
  for (const Reduction reduction : {Reduction::mean, Reduction::none}) {
    const CrossEntropyOptions options{.reduction = reduction};
    const auto results = [&](const auto& loss_of) {
      Variable loss;
      {
        const MixedPrecision guard;
        loss = loss_of();
      }
      std::vector<Tensor> all{loss.value()};
      for (const Variable& d : grad({loss}, {x, w, b}, {.grad_outputs = {full(loss.shape(), 0.5)}}))
        all.push_back(d.value());
      return all;
    };
    const auto one = [&] { return linear_cross_entropy(x, w, targets, b, options); };
    const auto two = results([&] { return cross_entropy(linear(x, w, b), targets, options); });
    {
      const MixedPrecision guard;
      CHECK(std::string(one().node()->op()) == "linear_cross_entropy_bfloat16");
      CHECK(one().node()->saved_bytes() <
            600 * 12 * 2 + 20 * 12 * 4 + 600 * 8 + 20 * 4 + (600 + 20) * 12 * 4 + 100);
    }
    const auto compare = [&](const std::vector<Tensor>& results_of_one) {
      for (std::size_t i = 0; i < two.size(); ++i) {
        CAPTURE(i);
        // The gradient of the logits is rounded with another factor in it.
        const double tolerance = i == 0 ? 1e-6 : 4e-3;
        CHECK(max_abs_diff(results_of_one[i], two[i]) <= tolerance * max_abs(two[i]));
      }
    };
    compare(results(one));
    const ReadableRules rules(true);
    compare(results(one));
  }
  CHECK(max_abs_diff(linear_cross_entropy(x, w.value().to(bfloat16), targets, b).value(),
                     cross_entropy(linear(x, w.value().to(bfloat16), b), targets).value()) < 1e-6);
}

TEST_CASE("linear_cross_entropy: a weight of many classes is rounded a part at a time") {
  manual_seed(0);
  constexpr std::int64_t N = 3, D = 40000, V = 150;  // parts of 64 classes
  const Variable x(randn({N, D}), true), w(randn({V, D}) * 0.01, true), b(randn({V}), true);
  const Tensor targets = tensor({0, 70, 149});
  const MixedPrecision guard;
  const auto gradients = [&](const auto& loss_of) { return grad({loss_of()}, {x, w, b}); };
  const auto one = [&] { return linear_cross_entropy(x, w, targets, b); };
  const auto two = [&] { return cross_entropy(linear(x, w, b), targets); };
  CHECK(one().item<float>() == doctest::Approx(two().item<float>()).epsilon(1e-6));
  {
    const NoGradGuard no_grad;
    const std::size_t whole_copy = V * D * sizeof(BFloat16);
    CHECK(peak_of([&] { one(); }) < whole_copy * 6 / 10);
  }
  const auto ours = gradients(one), theirs = gradients(two);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(i);
    CHECK(max_abs_diff(ours[i].value(), theirs[i].value()) <= 4e-3 * max_abs(theirs[i].value()));
  }
}
