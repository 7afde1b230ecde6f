#include <xgrad/core/debug/gradcheck_cause.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

using Numbers = std::vector<double>;

bool agree(const Numbers& a, const Numbers& b, double tolerance) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [tolerance](double p, double q) { return std::abs(p - q) <= tolerance; });
}

std::string disconnected(const GradientEntries& entries) {
  if (!entries.arrived) {
    return "the tape does not lead back to it: look for detach(), value() or a NoGradGuard on the way, "
           "or for a rule that returns nothing";
  }
  const bool is_zero = std::all_of(entries.analytic.begin(), entries.analytic.end(),
                                   [](double analytic) { return analytic == 0; });
  return is_zero ? "the gradient is 0 everywhere: a rule returns zeros" : "";
}

// With g = 1 the gradient would be Σ_j slopes[e][j], without the weights.
std::string forgotten_g(const GradientEntries& entries) {
  Numbers expected;
  for (const Numbers& slopes : entries.slopes) {
    expected.push_back(std::accumulate(slopes.begin(), slopes.end(), 0.0));
  }
  return agree(entries.analytic, expected, entries.tolerance) ? "a rule does not multiply by r.grad()" : "";
}

std::string factor(const GradientEntries& entries) {
  const Numbers &analytic = entries.analytic, &numeric = entries.numeric;
  const double square = std::inner_product(numeric.begin(), numeric.end(), numeric.begin(), 0.0);
  const double c = std::inner_product(numeric.begin(), numeric.end(), analytic.begin(), 0.0) / square;
  Numbers expected = numeric;
  for (double& one : expected) one *= c;
  if (!agree(analytic, expected, entries.tolerance)) return {};
  if (std::abs(c + 1) < 1e-6) return "analytic is -1 × numeric everywhere: a wrong sign";
  const auto is_not_0 = [&](double one) { return std::abs(one) > entries.tolerance; };
  if (std::count_if(analytic.begin(), analytic.end(), is_not_0) < 2)
    return {};  // one entry always has a factor
  std::ostringstream text;
  text << "analytic is " << c << " × numeric everywhere: a wrong factor";
  return std::move(text).str();
}

std::string transpose(const GradientEntries& entries) {
  const Shape& shape = entries.shape;
  if (shape.dim() < 2 || shape[shape.dim() - 1] != shape[shape.dim() - 2]) return {};
  const Numbers expected = tensor(entries.numeric).reshape(shape).mT().to_vector<double>();
  return agree(entries.analytic, expected, entries.tolerance) ? "analytic is the transpose of numeric" : "";
}

// The right gradient sums over all indices of a dim of the result; the wrong one holds the part of one index.
std::string missing_sum(const GradientEntries& entries) {
  const Shape& shape = entries.result_shape;
  const std::size_t numel = entries.slopes.size();
  for (int d = 0; d < shape.dim() && numel > 0; ++d) {
    if (shape[d] < 2) continue;
    std::vector<Numbers> parts(static_cast<std::size_t>(shape[d]), Numbers(numel));  // of each index
    Numbers total(numel);
    for (std::size_t j = 0; j < entries.weights.size(); ++j) {
      const std::int64_t index = unravel_index(static_cast<std::int64_t>(j), shape)[d];
      Numbers& part = parts[static_cast<std::size_t>(index)];
      for (std::size_t e = 0; e < numel; ++e) {
        const double slope = entries.weights[j] * entries.slopes[e][j];
        part[e] += slope;
        total[e] += slope;
      }
    }
    for (std::size_t index = 0; index < parts.size(); ++index) {
      const Numbers& part = parts[index];
      bool is_sum = false;  // for some entry, other indices count too
      for (std::size_t e = 0; e < numel; ++e) {
        is_sum |= std::abs(part[e]) > entries.tolerance && std::abs(total[e] - part[e]) > entries.tolerance;
      }
      if (!is_sum || !agree(entries.analytic, part, entries.tolerance)) continue;
      std::ostringstream text;
      text << "analytic is the part of index " << index << " of the result's dim " << d
           << " alone: a sum over a broadcast dim is missing";
      return std::move(text).str();
    }
  }
  return {};
}

}  // namespace

std::string likely_cause(const GradientEntries& entries) {
  for (const auto pattern : {disconnected, forgotten_g, factor, transpose, missing_sum}) {
    std::string cause = pattern(entries);
    if (!cause.empty()) return cause;
  }
  return {};
}

}  // namespace xgrad
