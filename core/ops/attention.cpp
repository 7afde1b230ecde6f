#include <xgrad/core/ops/attention.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/attention.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/ops/softmax.hpp>

namespace xgrad {
namespace {

void check(const Variable& q, const Variable& k, const Variable& v, const FusedAttentionOptions& options) {
  check_floating("fused_attention", q.value());
  const bool fits = q.dim() == 4 && k.dim() == 4 && v.dim() == 4 && q.size(0) == k.size(0) &&
                    q.size(1) == k.size(1) && q.size(3) == k.size(3) && v.size(0) == k.size(0) &&
                    v.size(1) == k.size(1) && v.size(2) == k.size(2);
  if (!fits) {
    fail("fused_attention", "q must be (B, H, T_q, d), k (B, H, T_k, d) and v (B, H, T_k, d_v): got q ",
         q.shape(), ", k ", k.shape(), ", v ", v.shape());
  }
  if (k.dtype() != q.dtype() || v.dtype() != q.dtype()) {
    fail("fused_attention", "q is ", q.dtype(), ", k ", k.dtype(), ", v ", v.dtype(),
         "; convert them to one with to()");
  }
  if (options.causal && q.size(2) > k.size(2)) {
    fail("fused_attention", "causal: more queries than keys, q ", q.shape(), " and k ", k.shape(),
         "; the first queries would see nothing; causal_upper_left starts with the first key");
  }
}

// softmax(s q kᵀ + mask), where query i sees key j if j ≤ i + diagonal.
Variable weights(const Variable& q, const Variable& k, double scale, std::int64_t diagonal, Tensor mask) {
  const std::int64_t queries = q.size(2), keys = k.size(2);
  if (diagonal < keys) mask = keep_only(causal_keep(queries, keys, diagonal), mask);
  return softmax(matmul(q, k.mT()), -1, {.scale = scale, .mask = mask, .zero_if_all_masked = true});
}

}  // namespace

Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options) {
  check_defined("fused_attention", {q, k, v});
  check(q, k, v, options);
  const double s = options.scale;
  const Shape scores{q.size(0), q.size(1), q.size(2), k.size(2)};
  const auto diagonal = causal_diagonal(options.causal, options.causal_upper_left, q.size(2), k.size(2));
  const Tensor mask = checked_mask("fused_attention", options.mask, scores, q.dtype());
  // With P = softmax(S), S = s q kᵀ + mask, and y = P v:
  // dv = Pᵀ g,  dP = g vᵀ,  dS = P ⊙ (dP − Σ_j dP_ij P_ij),  dq = s dS k,  dk = s dSᵀ q
  const auto rule = [s, diagonal](const Replay& r) -> Gradients {
    const Variable &g = r.grad(), q = r.saved(0), k = r.saved(1), v = r.saved(2);
    const Variable P = weights(q, k, s, diagonal, r.keeps(5) ? r.saved(5).value() : nothing);
    const Variable dS = softmax_backward(matmul(g, v.mT()), P, -1, s);
    return {matmul(dS, k), matmul(dS.mT(), q), matmul(P.mT(), g)};
  };
  // The kernel takes Σ_j dP_ij P_ij as g_i · y_i, and P_ij as exp(S_ij − max_i) / Σ_j exp(S_ij − max_i).
  const auto kernel = [s, diagonal](const KernelReplay& r) -> KernelGradients {
    const Tensor mask = r.keeps(5) ? r.saved(5) : nothing;
    const auto d = kernels::attention_backward(r.grad(), r.saved(0), r.saved(1), r.saved(2),
                                               {r.output(), r.saved(3), r.saved(4)}, s, {diagonal, mask},
                                               {.q = r.wants(0), .k = r.wants(1), .v = r.wants(2)});
    return {d.dq, d.dk, d.dv};
  };
  const auto out = kernels::attention(q.value(), k.value(), v.value(), s, {diagonal, mask});
  return record("fused_attention", out.output, {q, k, v},
                {q, k, v, keeps_output, Variable(out.max), Variable(out.inverse_sum),
                 mask.defined() ? Variable(mask) : nothing},
                fused(rule, kernel));
}

}  // namespace xgrad
