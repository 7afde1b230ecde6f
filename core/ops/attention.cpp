#include <xgrad/core/ops/attention.hpp>

#include <cmath>

#include <xgrad/core/autograd/mixed_precision.hpp>
#include <xgrad/core/autograd/product_operands.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/attention.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/dropout.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad {
namespace {

constexpr const char* op = "fused_attention";

void check_shapes(const Variable& q, const Variable& k, const Variable& v) {
  check_floating(op, q.value());
  const bool fits = q.dim() == 4 && k.dim() == 4 && v.dim() == 4 && q.size(0) == k.size(0) &&
                    q.size(3) == k.size(3) && v.size(0) == k.size(0) && v.size(1) == k.size(1) &&
                    v.size(2) == k.size(2) &&
                    (q.size(1) == k.size(1) || (k.size(1) > 0 && q.size(1) % k.size(1) == 0));
  if (!fits) {
    fail(op,
         "q must be (B, H, T_q, d), k (B, H_k, T_k, d) and v (B, H_k, T_k, d_v), where H_k divides H: got q ",
         q.shape(), ", k ", k.shape(), ", v ", v.shape());
  }
  if (k.dtype() != q.dtype() || v.dtype() != q.dtype()) {
    fail(op, "q is ", q.dtype(), ", k ", k.dtype(), ", v ", v.dtype(), "; convert them to one with to()");
  }
}

SeenPositions positions_of(const FusedAttentionOptions& options) {
  return {.causal = options.causal,
          .causal_upper_left = options.causal_upper_left,
          .left = options.window_left,
          .right = options.window_right};
}

void check_options(const Variable& q, const Variable& k, const FusedAttentionOptions& options) {
  check_positions(op, positions_of(options), q.size(2), k.size(2));
  if (options.window_left < -1 || options.window_right < -1) {
    fail(op, "a window reaches 0 or more keys to each side, or -1 for all of them, got ", options.window_left,
         " and ", options.window_right);
  }
  check_softcap(op, options.softcap, q.dtype());
  if (!(options.dropout >= 0 && options.dropout <= 1))
    fail(op, "dropout must lie in [0, 1], got ", options.dropout);
}

// (B or 1, H or 1, T_q or 1, T_k or 1)
Variable with_4_dims(const Variable& mask) {
  Shape shape = Shape::filled(4, 1);
  for (int i = 1; i <= mask.dim(); ++i) shape[4 - i] = mask.size(-i);
  return mask.dim() == 4 ? mask : reshape(mask, shape);
}

// What is added to the scores: the bias and an additive mask. Undefined if there is neither.
Variable added_to_scores(const FusedAttentionOptions& options, const Tensor& mask, const Shape& scores,
                         DType dtype) {
  Variable added;
  if (options.bias.defined()) {
    check_floating(op, options.bias.value());
    checked_mask(op, options.bias.value(), scores, dtype);
    added = options.bias.to(dtype);
  }
  if (mask.defined() && mask.dtype() != boolean) added = added.defined() ? added + mask : Variable(mask);
  return added.defined() ? with_4_dims(added) : added;
}

kernels::ScoreForm form_of(const FusedAttentionOptions& options, std::int64_t queries, std::int64_t keys) {
  const Band band = band_of(positions_of(options), queries, keys);
  return {.scale = options.scale,
          .softcap = options.softcap,
          .first = band.first,
          .last = band.last,
          .keep_factor = options.dropout == 1 ? 0 : 1 / (1 - options.dropout)};
}

// The forward pass in ordinary ops, for the rule: the weights P, and what the softcap takes the tanh of,
// undefined without one. k is here as (B, H, T_k, d).
struct Weights {
  Variable P, in_tanh;
};
Weights weights(const Variable& q, const Variable& k, const Variable& added, const Tensor& kept,
                const kernels::ScoreForm& form) {
  Weights result;
  Variable scores = matmul(q, k.mT()) * form.scale;
  if (form.softcap != 0) {
    result.in_tanh = scores / form.softcap;
    scores = tanh(result.in_tanh) * form.softcap;
  }
  const Band band{form.first, form.last};
  const std::int64_t queries = q.size(2), keys = k.size(2);
  Tensor seen = hides_any(band, queries, keys) ? keep_band(band, queries, keys) : Tensor();
  if (kept.defined()) seen = keep_only(kept, seen);
  if (added.defined()) {
    seen = keep_only(shown_by(added.value()), seen);
    scores = scores + added;
  }
  result.P = softmax(scores, -1, {.mask = seen, .zero_if_all_masked = true});
  return result;
}

// k or v for each head of q, where `group` heads of q share one of k.
Variable share(const Variable& x, std::int64_t group) {
  return group == 1 ? x : repeat_interleave(x, group, 1);  // (B, H_k, T, d) → (B, H, T, d)
}
// The gradients of a group, added up.
Variable add_shared(const Variable& dx, std::int64_t group) {
  if (group == 1) return dx;  // (B, H, T, d) → (B, H_k, T, d)
  return sum(dx.reshape({dx.size(0), dx.size(1) / group, group, dx.size(2), dx.size(3)}), 2);
}

Variable variable_if_defined(const Tensor& x) { return x.defined() ? Variable(x) : Variable(); }

}  // namespace

Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options) {
  check_defined(op, {q, k, v});
  check_shapes(q, k, v);
  check_options(q, k, options);
  const Shape shape{q.size(0), q.size(1), q.size(2), k.size(2)};  // of the scores
  const std::int64_t group = k.size(1) == 0 ? 1 : q.size(1) / k.size(1);
  const kernels::ScoreForm form = form_of(options, q.size(2), k.size(2));
  const Tensor mask = checked_mask(op, options.mask, shape, q.dtype());
  const Variable added = added_to_scores(options, mask, shape, q.dtype());
  kernels::ScoreMasks masks{.added = value_if_defined(added), .kept = {}, .undropped = {}};
  if (mask.defined() && mask.dtype() == boolean) masks.kept = mask;
  if (options.dropout > 0) {
    masks.undropped =
        draw_kept(shape, options.dropout, options.generator ? *options.generator : default_generator());
  }
  const bool mixed = mixed_precision() && q.dtype() == float32;
  const auto rule = [form, group, mixed](const Replay& r) -> Gradients {
    const MixedPrecision guard(mixed);
    // With C = c tanh(S / c) of S = s q kᵀ, P = softmax(C + mask), D the factor of dropout, y = (D ⊙ P) v:
    // dv = (D ⊙ P)ᵀ g,  dP = D ⊙ g vᵀ,  dC = P ⊙ (dP − Σ_j dP_ij P_ij),  dmask = dC,
    // dS = dC ⊙ (1 − tanh²(S / c)) = dC ⊙ 4 σ'(2 S / c) with σ the sigmoid,  dq = s dS k,  dk = s dSᵀ q
    const auto saved = [&r](std::size_t i) { return r.keeps(i) ? r.saved(i) : Variable(); };
    const Variable &g = r.grad(), q = in_float32(r.saved(0)), added = saved(5), D = saved(7);
    const Variable k = share(in_float32(r.saved(1)), group), v = share(in_float32(r.saved(2)), group);
    const auto drop = [&](const Variable& x) {
      return D.defined() ? keep_and_scale(x, D.value(), form.keep_factor) : x;
    };
    const auto [P, in_tanh] = weights(q, k, added, value_if_defined(saved(6)), form);
    const Variable dC = softmax_backward(drop(matmul(g, v.mT())), P, -1);
    const Variable dS = (in_tanh.defined() ? sigmoid_backward(dC * 4, in_tanh * 2) : dC) * form.scale;
    return {matmul(dS, k), add_shared(matmul(dS.mT(), q), group), add_shared(matmul(drop(P).mT(), g), group),
            added.defined() ? sum_to(dC, added.shape()) : nothing};
  };
  const auto kernel = [form](const KernelReplay& r) -> KernelGradients {
    // Σ_j dP_ij P_ij is g_i · y_i, and P_ij is exp(S_ij − max_i) / Σ_j exp(S_ij − max_i).
    const auto saved = [&r](std::size_t i) { return r.keeps(i) ? r.saved(i) : Tensor(); };
    const auto d = kernels::attention_backward(
        r.grad(), r.saved(0), r.saved(1), r.saved(2), {r.output(), r.saved(3), r.saved(4)}, form,
        {.added = saved(5), .kept = saved(6), .undropped = saved(7)},
        {.q = r.wants(0), .k = r.wants(1), .v = r.wants(2), .added = r.keeps(5) && r.wants(3)});
    return {d.dq, d.dk, d.dv, d.d_added};
  };
  const Variable read_q = mixed ? in_bfloat16(q) : q, read_k = mixed ? in_bfloat16(k) : k,
                 read_v = mixed ? in_bfloat16(v) : v;
  const auto out = kernels::attention(read_q.value(), read_k.value(), read_v.value(), form, masks);
  const Variable max(out.max), inverse_sum(out.inverse_sum), kept = variable_if_defined(masks.kept),
                                                             D = variable_if_defined(masks.undropped);
  return record(mixed ? "fused_attention_bfloat16" : op, out.output, {q, k, v, added},
                {read_q, read_k, read_v, keeps_output, max, inverse_sum, added, kept, D},
                fused(rule, kernel));
}

}  // namespace xgrad
