#include <xgrad/nn/attention.hpp>

#include <cmath>
#include <utility>

#include <xgrad/core/autograd/tape.hpp>
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

std::int64_t checked_kv_heads(std::int64_t num_kv_heads, std::int64_t num_heads) {
  if (num_kv_heads == 0) return num_heads;
  if (num_kv_heads < 0 || num_heads % num_kv_heads != 0) {
    fail("MultiHeadAttention", "num_kv_heads ", num_kv_heads, " does not divide num_heads ", num_heads,
         "; each key head is shared by as many heads");
  }
  return num_kv_heads;
}

std::int64_t checked_input_width(const char* name, std::int64_t width, std::int64_t d_model) {
  if (width < 0) fail("MultiHeadAttention", name, " must not be negative, got ", width, "; 0 means d_model");
  return width == 0 ? d_model : width;
}

std::optional<double> checked_scale(std::optional<double> scale) {
  if (!scale || std::isfinite(*scale)) return scale;
  fail("MultiHeadAttention", "scale must be finite, got ", *scale);
}

double checked_softcap(double softcap) {
  if (softcap >= 0 && std::isfinite(softcap)) return softcap;
  fail("MultiHeadAttention", "softcap must be 0 (none) or positive and finite, got ", softcap);
}

}  // namespace

MultiHeadAttention::MultiHeadAttention(std::int64_t d_model, std::int64_t num_heads,
                                       const MultiHeadAttentionOptions& options, Generator& generator)
    : d_model(checked_width("MultiHeadAttention", d_model, num_heads)),
      num_heads(num_heads),
      num_kv_heads(checked_kv_heads(options.num_kv_heads, num_heads)),
      scale(checked_scale(options.scale)),
      softcap(checked_softcap(options.softcap)),
      fused(options.fused),
      W_q(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      W_k(checked_input_width("kdim", options.kdim, d_model), num_kv_heads * (d_model / num_heads),
          {.bias = options.bias, .dtype = options.dtype}, generator),
      W_v(checked_input_width("vdim", options.vdim, d_model), num_kv_heads * (d_model / num_heads),
          {.bias = options.bias, .dtype = options.dtype}, generator),
      W_o(d_model, d_model, {.bias = options.bias, .dtype = options.dtype}, generator),
      dropout(options.dropout) {
  if (options.rope) rope.emplace(d_model / num_heads, *options.rope);
}

Variable MultiHeadAttention::forward(const Variable& Q, const Variable& K, const Variable& V,
                                     const Mask& mask, KVCache* cache) const {
  return attend(Q, K, V, mask, cache, fused).output;
}

AttentionOutput MultiHeadAttention::forward_with_weights(const Variable& Q, const Variable& K,
                                                         const Variable& V, const Mask& mask,
                                                         KVCache* cache) const {
  const ForwardScope scope(*this);  // called directly
  return attend(Q, K, V, mask, cache, /*as_one_node=*/false);
}

AttentionOutput MultiHeadAttention::attend(const Variable& Q, const Variable& K, const Variable& V,
                                           const Mask& mask, KVCache* cache, bool as_one_node) const {
  const bool appends = !cache || K.defined() || V.defined();
  check_inputs(Q, K, V, appends);
  const std::int64_t T_q = Q.size(1), past = cache ? cache->length() : 0;
  const std::int64_t T_k = past + (appends ? K.size(1) : 0);
  const Variable q = rotated(split_heads(W_q(Q), num_heads), T_k - T_q);  // (B, T_q, D) → (B, H, T_q, d)
  const Tensor hidden = appends ? mask.hidden_keys({Q.size(0), num_heads, T_q, T_k}) : Tensor();
  KVCache::KeysAndValues kv;  // (B, H_kv, T_k, d)
  if (appends) kv = project(K, V, hidden, past);
  if (cache) kv = appends ? cache->append(kv.k, kv.v) : cache->keys_and_values();
  AttentionOutput out = scaled_dot_product_attention(
      q, kv.k, kv.v,
      {.mask = mask,
       .dropout = &dropout,
       .scale = scale,
       .softcap = softcap,
       .fused = as_one_node,
       .hidden_keys_are_finite = !hidden.defined() || hidden.size(1) == 1});  // see `project`
  out.output = W_o(join_heads(out.output));  // (B, H, T_q, d) → (B, T_q, D)
  return out;
}

// Keys that all heads hide from every query become 0 before the projection, so that W_k and W_v get no NaN
// from them. Keys that only some heads hide become 0 in scaled_dot_product_attention. `hidden` counts past
// keys too.
KVCache::KeysAndValues MultiHeadAttention::project(const Variable& K, const Variable& V, const Tensor& hidden,
                                                   std::int64_t past) const {
  Tensor unseen;  // (B, T, 1)
  if (hidden.defined()) unseen = all(hidden.size(2) == 1 ? hidden : hidden.slice(2, past), 1);
  const auto heads = [&](const Linear& W, const Variable& x) {  // (B, T, width) → (B, H_kv, T, d)
    return split_heads(W(unseen.defined() ? masked_fill(x, unseen, 0) : x), num_kv_heads);
  };
  const Variable k = rotated(heads(W_k, K), past);
  return {k, heads(W_v, V)};
}

Variable MultiHeadAttention::rotated(const Variable& heads, std::int64_t offset) const {
  return rope ? (*rope)(heads, offset) : heads;
}

void MultiHeadAttention::check_inputs(const Variable& Q, const Variable& K, const Variable& V,
                                      bool with_keys) const {
  check_defined("MultiHeadAttention", {Q});
  if (with_keys) check_defined("MultiHeadAttention", {K, V});
  const std::int64_t kdim = W_k.weight.size(1), vdim = W_v.weight.size(1);
  const auto fits = [&](const Variable& x, std::int64_t width) {
    return x.dim() == 3 && x.size(0) == Q.size(0) && x.size(2) == width;
  };
  if (Q.dim() == 3 && fits(Q, d_model) &&
      (!with_keys || (fits(K, kdim) && fits(V, vdim) && K.size(1) == V.size(1)))) {
    return;
  }
  const Shape none, &k = with_keys ? K.shape() : none, &v = with_keys ? V.shape() : none;
  fail("MultiHeadAttention", "Q must be (B, T_q, ", d_model, "), K (B, T_k, ", kdim, ") and V (B, T_k, ",
       vdim, "): got Q ", Q.shape(), ", K ", k, ", V ", v);
}

void MultiHeadAttention::visit(Visitor& visitor) const {
  visitor("W_q", W_q)("W_k", W_k)("W_v", W_v)("W_o", W_o)("dropout", dropout);
  if (rope) visitor("rope", *rope);
}

std::string MultiHeadAttention::extra_repr() const {
  std::string text = "num_heads=" + std::to_string(num_heads);
  if (num_kv_heads != num_heads) text += ", num_kv_heads=" + std::to_string(num_kv_heads);
  return text;
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
