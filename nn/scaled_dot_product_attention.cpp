#include <xgrad/nn/scaled_dot_product_attention.hpp>

#include <cmath>
#include <limits>
#include <utility>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/rearrange.hpp>
#include <xgrad/core/ops/score_mask.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/nn/heads.hpp>

namespace xgrad::nn {
namespace {

constexpr const char* op = "scaled_dot_product_attention";

// The scores with −∞ where the mask hides a key.
Variable masked(const Variable& scores, const Tensor& mask) {
  if (!mask.defined()) return scores;
  if (is_floating(mask.dtype())) return scores + mask;
  return masked_fill(scores, logical_not(mask), -std::numeric_limits<double>::infinity());
}

// x (B, H, T, n) @ y (B, H_k, n, m) → (B, H, T, m). The heads that share a key head are rows of one product,
// so that no key is copied.
Variable matmul_of_groups(const Variable& x, const Variable& y) {
  const std::int64_t H = x.size(1), T = x.size(2), H_k = y.size(1);
  if (H == H_k) return matmul(x, y);
  const Variable product = matmul(x.reshape({x.size(0), H_k, H / H_k * T, x.size(3)}), y);
  return product.reshape({product.size(0), H, T, y.size(3)});
}

// Attention as nodes that can be read: matmul, softmax, matmul.
AttentionOutput composed(const Variable& q, const Variable& k, const Variable& v, double scale,
                         const AttentionOptions& options) {
  Variable scores = matmul_of_groups(q, k.mT());  // (B, H, T_q, d) @ (B, H_k, d, T_k)
  const Shape shape = scores.shape();
  Tensor mask;
  Variable asked;
  const auto show = [&](Scores stage) {
    if (options.scores == stage) asked = scores;
  };
  // The softmax takes the scale and a constant mask in the same pass. They are nodes of their own where
  // something stands between them and the softmax.
  const bool learns = options.mask.requires_grad();
  if (options.softcap > 0 || learns || options.scores == Scores::scaled ||
      options.scores == Scores::softcapped || options.scores == Scores::masked) {
    scores = scores * std::exchange(scale, 1);
    show(Scores::scaled);
    if (options.softcap > 0) scores = tanh(scores / options.softcap) * options.softcap;
    show(Scores::softcapped);
  }
  if (learns) {
    scores = scores + options.mask.bias_for_scores(shape, q.dtype());
    mask = options.mask.seen_for_scores(shape);
  } else {
    mask = options.mask.for_scores(shape, q.dtype());
  }
  if (options.scores == Scores::masked) asked = masked(scores, mask);
  // (B, H, T_q, T_k). Scores of 64 KiB or more give their memory, since no other Variable holds them.
  const Variable weights =
      softmax(std::move(scores), -1, {.scale = scale, .mask = mask, .zero_if_all_masked = true});
  const Variable context = matmul_of_groups(options.dropout ? (*options.dropout)(weights) : weights, v);
  return {context, asked.defined() ? asked : weights};  // context (B, H, T_q, d_v)
}

AttentionOutput as_one_node(const Variable& q, const Variable& k, const Variable& v, double scale,
                            const AttentionOptions& options) {
  FusedAttentionOptions form =
      options.mask.for_fused_attention({q.size(0), q.size(1), q.size(2), k.size(2)}, q.dtype());
  form.scale = scale;
  form.softcap = options.softcap;
  if (options.dropout && options.dropout->is_training()) form.dropout = options.dropout->p;
  return {fused_attention(q, k, v, form), {}};
}

AttentionOutput attend(const Variable& q, const Variable& k, const Variable& v,
                       const AttentionOptions& options) {
  const double scale = options.scale.value_or(1 / std::sqrt(static_cast<double>(q.size(3))));
  if (options.fused && options.scores == Scores::none) return as_one_node(q, k, v, scale, options);
  return composed(q, k, v, scale, options);
}

// Keys and values that the mask hides become 0: a weight of 0 does not keep a NaN out of the products.
AttentionOutput attend_to_shown(const Variable& q, const Variable& k, const Variable& v,
                                const AttentionOptions& options) {
  const std::int64_t B = q.size(0), H = q.size(1), T_k = k.size(2);
  const Tensor hidden = options.hidden_keys_are_finite
                            ? Tensor()
                            : options.mask.hidden_keys({B, H, q.size(2), T_k});  // (B, H, T_k, 1)
  if (!hidden.defined()) return attend(q, k, v, options);
  const auto of_each_head = [&](const Variable& x) {  // heads that hide different keys need keys of their own
    return hidden.size(1) > 1 && x.size(1) < H ? repeat_interleave(x, H / x.size(1), 1) : x;
  };
  const auto shown = [&](const Variable& x) { return masked_fill(x, hidden, 0); };
  const Variable keys = of_each_head(k), values = shown(of_each_head(v));
  // Scores before the mask are those of the hidden keys too.
  const bool reads_hidden = options.scores == Scores::scaled || options.scores == Scores::softcapped;
  return attend(q, reads_hidden ? keys : shown(keys), values, options);
}

void check_options(const AttentionOptions& options, DType dtype) {
  check_softcap(op, options.softcap, dtype);
  if (options.scale && !std::isfinite(*options.scale)) fail(op, "scale must be finite, got ", *options.scale);
}

// (B, T, H d) → (B, H, T, d)
Variable cut(const char* what, const Variable& x, std::int64_t heads) {
  if (heads <= 0 || x.size(2) % heads != 0) {
    fail(op, "the last size of ", what, ", ", x.shape(), ", is not divisible by its ", heads, " heads");
  }
  return split_heads(x, heads);
}

// x repeated to a batch of B.
Variable in_batch(const Variable& x, std::int64_t B) {
  return x.size(0) == B ? x : x.expand({B, x.size(1), x.size(2), x.size(3)});
}

bool broadcasts(std::int64_t a, std::int64_t b) { return a == b || a == 1 || b == 1; }

}  // namespace

AttentionOutput scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                             const AttentionOptions& options) {
  check_defined(op, {q, k, v});
  check_options(options, q.dtype());
  if (q.dim() == 3 && k.dim() == 3 && v.dim() == 3) {
    const std::int64_t kv_heads = options.num_kv_heads ? options.num_kv_heads : options.num_heads;
    const Variable q_heads = cut("q", q, options.num_heads), k_heads = cut("k", k, kv_heads),
                   v_heads = cut("v", v, kv_heads);
    AttentionOptions of_heads = options;
    of_heads.num_heads = 1, of_heads.num_kv_heads = 0;
    AttentionOutput out = scaled_dot_product_attention(q_heads, k_heads, v_heads, of_heads);
    out.output = join_heads(out.output);
    return out;
  }
  const bool fits = q.dim() == 4 && k.dim() == 4 && v.dim() == 4 && q.size(3) == k.size(3) &&
                    k.size(2) == v.size(2) && k.size(1) == v.size(1) && k.size(1) > 0 &&
                    q.size(1) % k.size(1) == 0 && broadcasts(q.size(0), k.size(0)) &&
                    broadcasts(q.size(0), v.size(0)) && broadcasts(k.size(0), v.size(0));
  if (!fits) {
    fail(op,
         "q must be (B, H, T_q, d), k (B, H_k, T_k, d) and v (B, H_k, T_k, d_v), where H_k divides H, or all "
         "of 3 dims: got q ",
         q.shape(), ", k ", k.shape(), ", v ", v.shape());
  }
  if (options.num_heads != 1 || options.num_kv_heads != 0) {
    fail(op, "num_heads and num_kv_heads are for inputs of 3 dims; q ", q.shape(), " and k ", k.shape(),
         " say how many heads they have");
  }
  const std::int64_t B = q.size(0) != 1 ? q.size(0) : k.size(0) != 1 ? k.size(0) : v.size(0);
  return attend_to_shown(in_batch(q, B), in_batch(k, B), in_batch(v, B), options);
}

}  // namespace xgrad::nn
