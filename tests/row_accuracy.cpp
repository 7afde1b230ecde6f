// How exact float32 is in reductions, norms, softmaxes, losses and products, against float64: in units of the
// last place of the largest number of a result, as smaller ones may be differences of large ones.
// docs/numerics.md quotes what this prints:
//
//     xgrad_tests --no-skip --test-case='row accuracy: the table*'
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>

#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

using V = Variable;

struct Row {
  const char* name;
  std::function<Variable(const Variable&)> f;  // of a matrix
  double value, gradient;                      // allowed, in units of the last place
};

// Attention over the rows of x, with weights that are not all alike and none of them 1.
Variable attention(const Variable& x) {
  const Variable v = reshape(x, {1, 1, x.size(0), x.size(1)}), q = layer_norm(v);
  return fused_attention(q, q, v, {.scale = 2 / static_cast<double>(x.size(1))});
}

const Row table[] = {
    {"sum", [](const V& x) { return sum(x, {1}); }, 2, 0},
    {"mean", [](const V& x) { return mean(x, {1}); }, 2, 1},
    {"var", [](const V& x) { return var(x, {1}); }, 1, 3},
    {"std", [](const V& x) { return x.std({1}); }, 1, 4},
    {"norm 1", [](const V& x) { return norm(x, 1, {1}); }, 3, 0},
    {"norm 2", [](const V& x) { return norm(x, 2, {1}); }, 2, 4},
    {"norm 3", [](const V& x) { return norm(x, 3, {1}); }, 5, 14},
    {"cumsum", [](const V& x) { return cumsum(x, 1); }, 1, 1},
    {"logsumexp", [](const V& x) { return logsumexp(x, {1}); }, 2, 3},
    {"softmax", [](const V& x) { return softmax(x, 1); }, 4, 6},
    {"log_softmax", [](const V& x) { return log_softmax(x, 1); }, 2, 10},
    {"layer_norm", [](const V& x) { return layer_norm(x); }, 3, 5},
    {"rms_norm", [](const V& x) { return rms_norm(x, {}, 1e-5); }, 3, 5},
    {"cross_entropy", [](const V& x) { return cross_entropy(x, arange(x.size(0))); }, 1, 4},
    {"mse_loss", [](const V& x) { return mse_loss(x, zeros(x.shape(), x.dtype())); }, 2, 2},
    {"bce", [](const V& x) { return binary_cross_entropy_with_logits(x, zeros(x.shape(), x.dtype())); }, 6,
     4},
    {"matmul", [](const V& x) { return matmul(x, x.mT()); }, 16, 8},
    // where v is far from 0, products of it cancel in the gradient of the scores
    {"fused_attention", attention, 16, 2500},
};

// Numbers that are small, large, far from 0, and spread wide.
struct Input {
  const char* name;
  double scale, offset;
};
const Input inputs[] = {
    {"normal", 1, 0}, {"tiny", 1e-12, 0}, {"large", 1e12, 0}, {"far", 1, 1000}, {"wide", 30, 0}};

// The largest difference of a row of the last dim, in units of the last place of its largest exact number.
double worst_of(const Tensor& ours, const Tensor& exact) {
  const std::int64_t n = ours.dim() == 0 ? 1 : ours.size(-1);
  const std::vector<double> a = ours.to_vector<double>(), b = exact.to_vector<double>();
  double worst = 0;
  for (std::size_t begin = 0; begin < a.size(); begin += static_cast<std::size_t>(n)) {
    double difference = 0, largest = std::numeric_limits<float>::min();
    for (std::size_t i = begin; i < begin + static_cast<std::size_t>(n); ++i) {
      if (std::isinf(static_cast<float>(b[i]))) continue;
      difference = std::max(difference, std::abs(a[i] - b[i]));
      largest = std::max(largest, std::abs(b[i]));
    }
    const double unit = std::ldexp(1.0, std::ilogb(largest) - 23);
    worst = std::max(worst, difference / unit);
  }
  return worst;
}

struct Measured {
  double value = 0, gradient = 0;
};

Measured measure(const Row& row, const Input& input) {
  Generator generator(1);
  const Tensor numbers = randn({40, 1000}, float32, generator).mul_(input.scale).add_(full({}, input.offset));
  const Variable x(numbers, true), exact_x(numbers.to(float64), true);
  const Variable y = row.f(x), exact_y = row.f(exact_x);
  const Tensor g = rand(y.shape(), float32, generator);
  const Variable dx = grad({y}, {x}, {.grad_outputs = {g}})[0];
  const Variable exact_dx = grad({exact_y}, {exact_x}, {.grad_outputs = {g.to(float64)}})[0];
  return {worst_of(y.value(), exact_y.value()), worst_of(dx.value(), exact_dx.value())};
}

}  // namespace

TEST_CASE("row accuracy: float32 is as exact as stated") {
  for (const Row& row : table) {
    for (const Input& input : inputs) {
      const Measured worst = measure(row, input);
      CHECK_MESSAGE(worst.value <= row.value, std::string(row.name), " of ", std::string(input.name),
                    " numbers");
      CHECK_MESSAGE(worst.gradient <= row.gradient, std::string(row.name), "'s gradient of ",
                    std::string(input.name), " numbers");
    }
  }
}

TEST_CASE("row accuracy: the table of docs/numerics.md" * doctest::skip()) {
  std::cout << "| op |";
  for (const Input& input : inputs) std::cout << ' ' << input.name << " |";
  std::cout << "\n|---|---|---|---|---|---|\n" << std::fixed << std::setprecision(1);
  for (const Row& row : table) {
    std::cout << "| `" << row.name << "` |";
    for (const Input& input : inputs) {
      const Measured worst = measure(row, input);
      std::cout << ' ' << worst.value << ", " << worst.gradient << " |";
    }
    std::cout << std::endl;
  }
}
