#include <xgrad/nn/attention.hpp>

#include <cmath>
#include <utility>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/nn/heads.hpp>

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

}  // namespace

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
  return attend(Q, K, V, mask, fused).output;
}

AttentionOutput MultiHeadAttention::forward_with_weights(const Variable& Q, const Variable& K,
                                                         const Variable& V, const Mask& mask) const {
  const ForwardScope scope(*this);  // called directly
  return attend(Q, K, V, mask, /*as_one_node=*/false);
}

AttentionOutput MultiHeadAttention::attend(const Variable& Q, const Variable& K, const Variable& V,
                                           const Mask& mask, bool as_one_node) const {
  const auto [q, k, v] = project(Q, K, V, mask);
  AttentionOutput out = scaled_dot_product_attention(
      q, k, v, {.mask = mask, .dropout = &dropout, .fused = as_one_node, .hidden_keys_are_finite = true});
  out.output = W_o(join_heads(out.output));  // (B, H, T_q, d) → (B, T_q, D)
  return out;
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
                               split_heads(matmul(h, w_v), num_heads), {.mask = options.mask})
                               .output;
  const Variable y = x + matmul(join_heads(context), w_o);  // (B, T, D)
  return options.norm == NormOrder::post ? norm(y) : y;
}

}  // namespace xgrad::nn
