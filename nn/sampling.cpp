#include <xgrad/nn/sampling.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/ops/sort.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

constexpr double forbidden = -std::numeric_limits<double>::infinity();

void check_logits(std::string_view op, const Tensor& logits) {
  check_floating(op, logits);
  if (logits.dim() == 0 || logits.size(-1) == 0) {
    fail(op, "logits must be (..., V) with at least one token, not ", logits.shape());
  }
}

void check_share(std::string_view op, std::string_view what, double p) {
  if (!(p >= 0 && p <= 1)) fail(op, what, " must lie in [0, 1], not ", p);
}

}  // namespace

Tensor keep_top_k(const Tensor& logits, std::int64_t k) {
  check_logits("keep_top_k", logits);
  if (k < 1) fail("keep_top_k", "k must be at least 1, not ", k);
  const Variable largest = topk(logits, std::min(k, logits.size(-1))).first;  // (..., k)
  return masked_fill(logits, logits < largest.slice(-1, -1), forbidden);
}

Tensor keep_top_p(const Tensor& logits, double p) {
  check_logits("keep_top_p", logits);
  check_share("keep_top_p", "p", p);
  if (p == 1) return logits.clone();  // a rounded sum could reach 1 before the last token
  // Weights e^(x − max x), float64, whose sum is the total.
  const auto weights = [max = Tensor(amax(logits, -1, true).to(float64))](const Variable& x) -> Tensor {
    return exp(x.to(float64) - max);
  };
  const Tensor total = sum(weights(logits), -1, true);
  // Most nuclei are small, and a sort of a large vocabulary can take longer than the model.
  for (std::int64_t k = 256;; k *= 16) {
    const bool is_all = k >= logits.size(-1);
    const auto [sorted, index] = topk(logits, is_all ? logits.size(-1) : k);  // (..., k), the likeliest first
    const Tensor w = weights(sorted);
    if (!is_all && any(sum(w, -1) < total.squeeze(-1) * p).item<bool>()) continue;
    const Tensor likelier = (cumsum(w, -1) - w) / total;  // the probability of all before each
    likelier.slice(-1, 0, 1).fill_(forbidden);            // none are before the first, which always stays
    const Tensor kept = masked_fill(sorted, likelier >= p, forbidden);
    return scatter(full_like(logits, forbidden), -1, index, kept);
  }
}

Tensor keep_min_p(const Tensor& logits, double min_p) {
  check_logits("keep_min_p", logits);
  check_share("keep_min_p", "min_p", min_p);
  // p_i ≥ min_p · max p  ⇔  x_i ≥ max x + log min_p
  return masked_fill(logits, logits < amax(logits, -1, true) + std::log(min_p), forbidden);
}

Tensor penalize_repetition(const Tensor& logits, const std::vector<std::vector<std::int64_t>>& seen,
                           double penalty) {
  check_logits("penalize_repetition", logits);
  if (logits.dim() != 2 || logits.size(0) != static_cast<std::int64_t>(seen.size())) {
    fail("penalize_repetition", "logits must be (B, V), with seen tokens for each of the B rows, not ",
         logits.shape(), " with those of ", seen.size());
  }
  if (!(penalty > 0 && std::isfinite(penalty))) {
    fail("penalize_repetition", "the penalty must be positive and finite, not ", penalty);
  }
  const Tensor penalized = logits.clone();
  for (std::size_t b = 0; b < seen.size(); ++b) {
    const Tensor row = penalized.select(0, static_cast<std::int64_t>(b)), index = tensor(seen[b]);
    const Tensor x = row[index];
    row[index] = where(x < 0, x * penalty, x / penalty);
  }
  return penalized;
}

}  // namespace xgrad::nn
