// Softmax row by row, of every length around what fits into registers: against sums in double.
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/kernels/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

enum class MaskKind { none, boolean, added };

// What the formula says of rows of n scores; what is masked is −∞.
std::vector<double> expected_softmax(std::vector<double> scores, std::size_t n) {
  for (std::size_t row = 0; row < scores.size(); row += n) {
    double best = -inf, sum = 0;
    for (std::size_t i = row; i < row + n; ++i) best = std::max(best, scores[i]);
    for (std::size_t i = row; i < row + n; ++i) {
      scores[i] = best == -inf ? 0 : std::exp(scores[i] - best);
      sum += scores[i];
    }
    for (std::size_t i = row; i < row + n; ++i) scores[i] = sum == 0 ? 0 : scores[i] / sum;
  }
  return scores;
}

void check_rows(std::int64_t n, DType dtype, MaskKind kind) {
  constexpr std::int64_t rows = 5;
  constexpr double scale = -0.75;
  Generator generator(static_cast<std::uint64_t>(n));
  const Tensor x = randn({rows, n}, dtype, generator), noise = randn({rows, n}, dtype, generator);
  std::vector<double> scores = x.to_vector<double>();
  const std::vector<double> added = noise.to_vector<double>();
  Tensor mask = kind == MaskKind::none    ? Tensor()
                : kind == MaskKind::added ? noise
                                          : zeros({rows, n}, boolean);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    scores[i] *= scale;
    if (kind == MaskKind::added) scores[i] += added[i];
    if (kind != MaskKind::boolean) continue;
    const bool is_kept = i >= static_cast<std::size_t>(n) && added[i] > -0.5;  // nothing of the first row
    mask.mutable_data<bool>()[i] = is_kept;
    if (!is_kept) scores[i] = -inf;
  }
  const Tensor result = empty(x.shape(), x.dtype());
  kernels::softmax(x, 1, scale, mask, true, result);
  const std::vector<double> y = result.to_vector<double>();
  const std::vector<double> expected = expected_softmax(scores, static_cast<std::size_t>(n));
  // A score is rounded to its own size, when it is made and when the largest is subtracted, and eˢ is off by
  // as much as s. In double, so is what it is compared with.
  const double epsilon = dtype == float32 ? 1.2e-7 : 2 * 2.3e-16;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double rounding = std::isinf(scores[i]) ? 0 : std::abs(scores[i]);
    CAPTURE(i);
    CHECK(std::abs(y[i] - expected[i]) <= epsilon * (6 + 2 * rounding) * expected[i]);
  }
}

}  // namespace

TEST_CASE("softmax: rows of every length, plain and masked") {
  for (const DType dtype : {float32, float64}) {
    for (const MaskKind kind : {MaskKind::none, MaskKind::boolean, MaskKind::added}) {
      for (std::int64_t n = 1; n <= 70; ++n) {
        CAPTURE(dtype);
        CAPTURE(static_cast<int>(kind));
        CAPTURE(n);
        check_rows(n, dtype, kind);
      }
    }
  }
}

// The softmax of the scores 0 and x: the second weight is eˣ times the first.
TEST_CASE("softmax: exponentials from 0 down to where they vanish") {
  constexpr std::int64_t count = 20000;
  std::vector<float> pairs;
  for (std::int64_t i = 0; i < count; ++i) {
    pairs.push_back(0);
    pairs.push_back(static_cast<float>(-100.0 * static_cast<double>(i) / count));
  }
  const Tensor x = tensor(pairs).reshape({count, 2});
  const Tensor result = empty(x.shape(), x.dtype());
  kernels::softmax(x, 1, 1, {}, false, result);
  const std::vector<double> y = result.to_vector<double>();
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    const double exact = std::exp(static_cast<double>(pairs[i + 1]));
    CAPTURE(pairs[i + 1]);
    if (exact < 1e-38) {
      CHECK(y[i + 1] <= exact + 1.2e-38);
    } else {
      CHECK(std::abs(y[i + 1] / y[i] - exact) <= 4e-7 * exact);
    }
  }
}
