#include <xgrad/core/ops/attention.hpp>

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

void check_options(const Variable& q, const Variable& k, const FusedAttentionOptions& options) {
  const bool aligns_last = options.causal || options.window_left >= 0 || options.window_right >= 0;
  if (aligns_last && q.size(2) > k.size(2)) {
    fail(op, options.causal ? "causal" : "window", ": more queries than keys, q ", q.shape(), " and k ",
         k.shape(), "; the first queries would see nothing; causal_upper_left starts with the first key");
  }
  if (options.window_left < -1 || options.window_right < -1) {
    fail(op, "a window reaches 0 or more keys to each side, or -1 for all of them, got ", options.window_left,
         " and ", options.window_right);
  }
  if (!(options.softcap >= 0)) fail(op, "softcap must be 0 (none) or positive, got ", options.softcap);
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

// The steps of the composed form, for the rule.
struct Steps {
  Variable scores;   // s q kᵀ
  Variable slope;    // of the softcap; undefined without one
  Variable weights;  // P
};

// k and v are here as (B, H, T_k, ·). The form gives everything but the additive mask.
Steps steps(const Variable& q, const Variable& k, const Variable& added, const kernels::ScoreForm& form,
            const Tensor& kept) {
  const std::int64_t queries = q.size(2), keys = k.size(2);
  Steps result;
  Variable x = matmul(q, k.mT()) * form.scale;
  if (form.softcap != 0) {
    const Variable t = tanh(x / form.softcap);
    result.slope = 1 - t * t;
    x = t * form.softcap;
  }
  const Band band{form.first, form.last};
  Tensor mask = hides_any(band, queries, keys) ? keep_band(band, queries, keys) : Tensor();
  if (kept.defined()) mask = keep_only(kept, mask);
  if (added.defined()) {
    mask = keep_only(shown_by(added.value()), mask);
    x = x + added;
  }
  result.weights = softmax(x, -1, {.mask = mask, .zero_if_all_masked = true});
  return result;
}

// The gradients of heads that share keys, added up: (B, H, T, d) → (B, H_k, T, d).
Variable add_shared(const Variable& dx, std::int64_t shared) {
  if (shared == 1) return dx;
  return sum(dx.reshape({dx.size(0), dx.size(1) / shared, shared, dx.size(2), dx.size(3)}), 2);
}

}  // namespace

Variable fused_attention(const Variable& q, const Variable& k, const Variable& v,
                         const FusedAttentionOptions& options) {
  check_defined(op, {q, k, v});
  check_shapes(q, k, v);
  check_options(q, k, options);
  const std::int64_t queries = q.size(2), keys = k.size(2);
  const std::int64_t shared = k.size(1) == 0 ? 1 : q.size(1) / k.size(1);
  const Shape shape{q.size(0), q.size(1), queries, keys};
  const Tensor mask = checked_mask(op, options.mask, shape, q.dtype());
  const Variable added = added_to_scores(options, mask, shape, q.dtype());
  const Band band = band_of({.causal = options.causal,
                             .causal_upper_left = options.causal_upper_left,
                             .left = options.window_left,
                             .right = options.window_right},
                            queries, keys);
  kernels::ScoreForm form{
      .scale = options.scale, .softcap = options.softcap, .first = band.first, .last = band.last};
  const Tensor kept = mask.defined() && mask.dtype() == boolean ? mask : Tensor();
  Tensor undropped;
  if (options.dropout > 0) {
    Generator& generator = options.generator ? *options.generator : default_generator();
    undropped = draw_kept(shape, options.dropout, generator);
    form.keep_factor = options.dropout == 1 ? 0 : 1 / (1 - options.dropout);
  }
  const auto with_masks = [form](const Tensor& added, const Tensor& kept, const Tensor& undropped) {
    kernels::ScoreForm whole = form;
    whole.added = added, whole.kept = kept, whole.undropped = undropped;
    return whole;
  };
  // With C = c tanh(S / c) of S = s q kᵀ, P = softmax(C + mask), D the factor 0 or 1 / (1 − p) of dropout,
  // and y = (D ⊙ P) v: dv = (D ⊙ P)ᵀ g,  dP = D ⊙ g vᵀ,  dC = P ⊙ (dP − Σ_j dP_ij P_ij),  dmask = dC, dS = dC
  // ⊙ (1 − tanh²(S / c)),  dq = s dS k,  dk = s dSᵀ q
  const auto rule = [form, shared](const Replay& r) -> Gradients {
    const auto value_of = [&r](std::size_t i) { return r.keeps(i) ? r.saved(i).value() : Tensor(); };
    const Variable &g = r.grad(), q = r.saved(0), added = r.keeps(5) ? r.saved(5) : nothing;
    const Variable k = shared == 1 ? r.saved(1) : repeat_interleave(r.saved(1), shared, 1),
                   v = shared == 1 ? r.saved(2) : repeat_interleave(r.saved(2), shared, 1);
    const Tensor undropped = value_of(7);
    const auto drop = [&](const Variable& x) {
      return undropped.defined() ? keep_and_scale(x, undropped, form.keep_factor) : x;
    };
    const Steps forward = steps(q, k, added, form, value_of(6));
    const Variable dC = softmax_backward(drop(matmul(g, v.mT())), forward.weights, -1);
    const Variable dS = (forward.slope.defined() ? dC * forward.slope : dC) * form.scale;
    return {matmul(dS, k), add_shared(matmul(dS.mT(), q), shared),
            add_shared(matmul(drop(forward.weights).mT(), g), shared),
            added.defined() ? sum_to(dC, added.shape()) : nothing};
  };
  // The kernel takes Σ_j dP_ij P_ij as g_i · y_i, and P_ij as exp(S_ij − max_i) / Σ_j exp(S_ij − max_i).
  const auto kernel = [with_masks](const KernelReplay& r) -> KernelGradients {
    const auto value_of = [&r](std::size_t i) { return r.keeps(i) ? r.saved(i) : Tensor(); };
    const Tensor added = value_of(5);
    const auto d = kernels::attention_backward(
        r.grad(), r.saved(0), r.saved(1), r.saved(2), {r.output(), r.saved(3), r.saved(4)},
        with_masks(added, value_of(6), value_of(7)),
        {.q = r.wants(0), .k = r.wants(1), .v = r.wants(2), .added = added.defined() && r.wants(3)});
    return {d.dq, d.dk, d.dv, d.d_added};
  };
  const auto out = kernels::attention(q.value(), k.value(), v.value(),
                                      with_masks(value_if_defined(added), kept, undropped));
  const auto variable = [](const Tensor& x) { return x.defined() ? Variable(x) : Variable(); };
  const Variable max(out.max), inverse_sum(out.inverse_sum), of_kept = variable(kept),
                                                             of_undropped = variable(undropped);
  return record(op, out.output, {q, k, v, added},
                {q, k, v, keeps_output, max, inverse_sum, added, of_kept, of_undropped}, fused(rule, kernel));
}

}  // namespace xgrad
