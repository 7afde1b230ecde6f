#include <xgrad/nn/attention.hpp>

#include <cmath>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/views.hpp>

namespace xgrad::nn {
namespace {

// Returns d_model. Throws naming `op` unless num_heads divides it.
std::int64_t checked_width(std::string_view op, std::int64_t d_model, std::int64_t num_heads) {
  if (d_model <= 0 || num_heads <= 0) {
    fail(op, "d_model ", d_model, " and num_heads ", num_heads, " must be positive");
  }
  if (d_model % num_heads != 0) fail(op, "d_model ", d_model, " is not divisible by num_heads ", num_heads);
  return d_model;
}

// (B, T, D) → (B, H, T, d): head h is columns h·d to (h+1)·d. The result is a view.
Variable split_heads(const Variable& x, std::int64_t num_heads) {
  const std::int64_t B = x.size(0), T = x.size(1), D = x.size(2);
  return x
      .reshape({B, T, num_heads, D / num_heads})  // (B, T, H, d)
      .transpose(1, 2);                           // (B, H, T, d)
}

// (B, H, T, d) → (B, T, D): the heads side by side.
Variable join_heads(const Variable& x) {
  const std::int64_t B = x.size(0), H = x.size(1), T = x.size(2), d = x.size(3);
  return x
      .transpose(1, 2)          // (B, T, H, d)
      .reshape({B, T, H * d});  // (B, T, D)
}

// Keeps the scores' variance near 1.
double scale_of(const Variable& q) { return 1 / std::sqrt(static_cast<double>(q.size(-1))); }

// scaled_dot_product_attention, after its checks: reads every key and value.
AttentionOutput attend(const Variable& q, const Variable& k, const Variable& v, const Mask& mask,
                       const Dropout* dropout) {
  Variable scores = matmul(q, k.mT());  // (B, H, T_q, d) @ (B, H, d, T_k)
  const Shape shape = scores.shape();
  SoftmaxOptions options{.scale = scale_of(q), .zero_if_all_masked = true};
  if (mask.requires_grad()) {
    scores = scores * options.scale + mask.bias_for_scores(shape, q.dtype());
    options.scale = 1;
    options.mask = mask.seen_for_scores(shape);
  } else {
    options.mask = mask.for_scores(shape, q.dtype());
  }
  // (B, H, T_q, T_k). Scores of 64 KiB or more give their memory, since no other Variable holds them.
  const Variable weights = softmax(std::move(scores), -1, options);
  const Variable context = matmul(dropout ? (*dropout)(weights) : weights, v);  // (B, H, T_q, d)
  return {context, weights};
}

}  // namespace

AttentionOutput scaled_dot_product_attention(const Variable& q, const Variable& k, const Variable& v,
                                             const Mask& mask, const Dropout* dropout) {
  const bool fits =
      q.dim() == 4 && k.dim() == 4 && v.dim() == 4 && q.size(3) == k.size(3) && k.size(2) == v.size(2);
  if (!fits) {
    fail("scaled_dot_product_attention", "q must be (B, H, T_q, d), k and v (B, H, T_k, d): got q ",
         q.shape(), ", k ", k.shape(), ", v ", v.shape());
  }
  const Shape heads = broadcast_shapes("scaled_dot_product_attention", {q.size(0), q.size(1)},
                                       {k.size(0), k.size(1)});  // (B, H)
  const Tensor hidden = mask.hidden_keys({heads[0], heads[1], q.size(2), k.size(2)});
  if (!hidden.defined()) return attend(q, k, v, mask, dropout);
  // Hidden keys become 0: a weight of 0 does not keep a NaN out of the products.
  const auto shown = [&](const Variable& x) {
    const Shape all = broadcast_shapes("scaled_dot_product_attention", heads, {x.size(0), x.size(1)});
    return masked_fill(x.expand({all[0], all[1], x.size(2), x.size(3)}), hidden, 0);
  };
  return attend(q, shown(k), shown(v), mask, dropout);
}

MultiHeadAttention::MultiHeadAttention(std::int64_t d_model, std::int64_t num_heads,
                                       const MultiHeadAttentionOptions& options, Generator& generator)
    : d_model(checked_width("MultiHeadAttention", d_model, num_heads)),
      num_heads(num_heads),
      fused(options.fused),
      W_q(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_k(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_v(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_o(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      dropout(options.dropout) {}

Variable MultiHeadAttention::forward(const Variable& Q, const Variable& K, const Variable& V,
                                     const Mask& mask) const {
  const bool drops = dropout.p > 0 && dropout.is_training();
  if (!fused || drops || mask.requires_grad()) return forward_with_weights(Q, K, V, mask).output;
  const auto [q, k, v] = project(Q, K, V, mask);
  const auto [causal, upper_left, rest] =
      mask.parts_for_scores({q.size(0), num_heads, q.size(2), k.size(2)}, q.dtype());
  const Variable context = fused_attention(  // (B, H, T_q, d)
      q, k, v, {.scale = scale_of(q), .causal = causal, .causal_upper_left = upper_left, .mask = rest});
  return W_o(join_heads(context));  // (B, H, T_q, d) → (B, T_q, D)
}

AttentionOutput MultiHeadAttention::forward_with_weights(const Variable& Q, const Variable& K,
                                                         const Variable& V, const Mask& mask) const {
  const ForwardScope scope(*this);  // called directly, or by forward
  const auto [q, k, v] = project(Q, K, V, mask);
  const auto [context, weights] = attend(q, k, v, mask, &dropout);
  return {W_o(join_heads(context)), weights};  // (B, H, T_q, d) → (B, T_q, D)
}

void MultiHeadAttention::visit(Visitor& visitor) const {
  visitor("W_q", W_q)("W_k", W_k)("W_v", W_v)("W_o", W_o)("dropout", dropout);
}

std::string MultiHeadAttention::extra_repr() const { return "num_heads=" + std::to_string(num_heads); }

MultiHeadAttention::Heads MultiHeadAttention::project(const Variable& Q, const Variable& K, const Variable& V,
                                                      const Mask& mask) const {
  const bool fits = Q.dim() == 3 && K.dim() == 3 && Q.size(2) == d_model && K.size(2) == d_model &&
                    K.shape() == V.shape() && Q.size(0) == K.size(0);
  if (!fits) {
    fail("MultiHeadAttention", "Q must be (B, T_q, ", d_model, "), K and V (B, T_k, ", d_model, "): got Q ",
         Q.shape(), ", K ", K.shape(), ", V ", V.shape());
  }
  // Keys that all heads hide from every query become 0 before the projection, so that W_k and W_v get no NaN
  // from them. Keys that only some heads hide become 0 after it.
  const Tensor hidden = mask.hidden_keys({Q.size(0), num_heads, Q.size(1), K.size(1)});
  const auto project_shown = [&](const Linear& W, const Variable& x) {
    if (!hidden.defined()) return split_heads(W(x), num_heads);  // (B, T_k, D) → (B, H, T_k, d)
    const Variable heads = split_heads(W(masked_fill(x, all(hidden, 1), 0)), num_heads);
    return hidden.size(1) == 1 ? heads : masked_fill(heads, hidden, 0);
  };
  return {split_heads(W_q(Q), num_heads), project_shown(W_k, K), project_shown(W_v, V)};
}

Variable attention_block(const Variable& x, const Variable& w_q, const Variable& w_k, const Variable& w_v,
                         const Variable& w_o, std::int64_t num_heads, const AttentionBlockOptions& options) {
  if (x.dim() != 3) fail("attention_block", "x must be (B, T, d_model), not ", x.shape());
  const std::int64_t D = checked_width("attention_block", x.size(2), num_heads);
  for (const Variable* w : {&w_q, &w_k, &w_v, &w_o}) {
    if (w->shape() != Shape{D, D}) {
      fail("attention_block", "each weight must be (d_model, d_model) = (", D, ", ", D, "), not ", w->shape(),
           "; x is ", x.shape());
    }
  }
  const auto norm = [&](const Variable& y) { return layer_norm(y, {}, {}, options.eps); };
  const Variable h = options.norm == NormOrder::pre ? norm(x) : x;  // (B, T, D)
  const Variable context = scaled_dot_product_attention(            // (B, H, T, d)
                               split_heads(matmul(h, w_q), num_heads), split_heads(matmul(h, w_k), num_heads),
                               split_heads(matmul(h, w_v), num_heads), options.mask)
                               .output;
  const Variable y = x + matmul(join_heads(context), w_o);  // (B, T, D)
  return options.norm == NormOrder::post ? norm(y) : y;
}

}  // namespace xgrad::nn
