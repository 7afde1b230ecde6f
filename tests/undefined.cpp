// The error of every op about an undefined Variable: the op, and which operand it is.
#include "support.hpp"

#include <functional>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

TEST_CASE("an op of one Variable names itself in the error about an undefined one") {
  const Variable none;
  struct Row {
    const char* op;
    std::function<void()> call;
  };
  const Row rows[] = {
      {"diagonal", [&] { diagonal(none); }},
      {"diag", [&] { diag(none); }},
      {"roll", [&] { roll(none, {1}); }},
      {"repeat_interleave", [&] { repeat_interleave(none, 2); }},
      {"argsort", [&] { argsort(none); }},
      {"unique", [&] { unique(none); }},
      {"bincount", [&] { bincount(none); }},
      {"neg", [&] { neg(none); }},
      {"add", [&] { none + 1; }},
      {"sub", [&] { none - 1; }},
      {"mul", [&] { none * 2; }},
      {"div", [&] { none / 2; }},
      {"div", [&] { 1 / none; }},
      {"pow", [&] { pow(none, 2); }},
      {"exp", [&] { exp(none); }},
      {"log", [&] { log(none); }},
      {"sqrt", [&] { sqrt(none); }},
      {"tanh", [&] { tanh(none); }},
      {"erf", [&] { erf(none); }},
      {"relu", [&] { relu(none); }},
      {"gelu", [&] { gelu(none); }},
      {"sum", [&] { sum(none); }},
      {"sum", [&] { sum(none, {0}); }},
      {"mean", [&] { mean(none); }},
      {"mean", [&] { mean(none, {0}); }},
      {"var", [&] { var(none, {0}); }},
      {"amax", [&] { amax(none, {0}); }},
      {"sum_to", [&] { sum_to(none, {}); }},
      {"softmax", [&] { softmax(none, -1); }},
      {"log_softmax", [&] { log_softmax(none, -1); }},
      {"layer_norm", [&] { layer_norm(none, {}, {}); }},
      {"dropout", [&] { dropout(none, 0.5); }},
      {"reshape", [&] { reshape(none, {1}); }},
      {"transpose", [&] { transpose(none, 0, 1); }},
      {"permute", [&] { permute(none, {}); }},
      {"squeeze", [&] { squeeze(none); }},
      {"squeeze", [&] { squeeze(none, 0); }},
      {"unsqueeze", [&] { unsqueeze(none, 0); }},
      {"expand", [&] { expand(none, {1}); }},
      {"slice", [&] { slice(none, 0, 0); }},
      {"select", [&] { select(none, 0, 0); }},
      {"to", [&] { to(none, float64); }},
      {"eq", [&] { eq(none, 1); }},
      {"isnan", [&] { isnan(none); }},
      {"logical_not", [&] { logical_not(none); }},
      {"any", [&] { any(none); }},
      {"all", [&] { all(none, 0); }},
      {"argmax", [&] { argmax(none, 0); }},
      {"topk", [&] { topk(none, 1); }},
      {"multinomial", [&] { multinomial(none, 1); }},
      {"log1p", [&] { log1p(none); }},
      {"rsqrt", [&] { rsqrt(none); }},
      {"abs", [&] { abs(none); }},
      {"sign", [&] { sign(none); }},
      {"sin", [&] { sin(none); }},
      {"cos", [&] { cos(none); }},
      {"clamp", [&] { clamp(none, 0); }},
      {"exp2", [&] { exp2(none); }},
      {"expm1", [&] { expm1(none); }},
      {"log2", [&] { log2(none); }},
      {"log10", [&] { log10(none); }},
      {"erfc", [&] { erfc(none); }},
      {"tan", [&] { tan(none); }},
      {"asin", [&] { asin(none); }},
      {"acos", [&] { acos(none); }},
      {"atan", [&] { atan(none); }},
      {"sinh", [&] { sinh(none); }},
      {"cosh", [&] { cosh(none); }},
      {"asinh", [&] { asinh(none); }},
      {"acosh", [&] { acosh(none); }},
      {"atanh", [&] { atanh(none); }},
      {"floor", [&] { floor(none); }},
      {"ceil", [&] { ceil(none); }},
      {"round", [&] { round(none); }},
      {"trunc", [&] { trunc(none); }},
      {"div", [&] { div(none, 2, Rounding::trunc); }},
      {"floor_divide", [&] { floor_divide(none, 2); }},
      {"remainder", [&] { remainder(none, 2); }},
      {"fmod", [&] { fmod(none, 2); }},
      {"sigmoid", [&] { sigmoid(none); }},
      {"silu", [&] { silu(none); }},
      {"softplus", [&] { softplus(none); }},
      {"std", [&] { xgrad::std(none, {0}); }},
      {"amin", [&] { amin(none, {0}); }},
      {"max", [&] { max(none); }},
      {"max", [&] { max(none, 0); }},
      {"min", [&] { min(none); }},
      {"min", [&] { min(none, 0); }},
      {"sort", [&] { sort(none); }},
      {"norm", [&] { norm(none); }},
      {"norm", [&] { norm(none, 2, {0}); }},
      {"logsumexp", [&] { logsumexp(none, {0}); }},
      {"cumsum", [&] { cumsum(none, 0); }},
      {"prod", [&] { prod(none); }},
      {"cumprod", [&] { cumprod(none, 0); }},
      {"unfold", [&] { unfold(none, 0, 1, 1); }},
      {"batch_norm", [&] { batch_norm(none, none, none); }},
      {"rms_norm", [&] { rms_norm(none, {3}); }},
      {"rms_norm", [&] { rms_norm(none); }},
      {"flatten", [&] { flatten(none); }},
      {"split", [&] { split(none, 1); }},
      {"chunk", [&] { chunk(none, 1); }},
      {"repeat", [&] { repeat(none, {1}); }},
      {"flip", [&] { flip(none, {0}); }},
      {"tril", [&] { tril(none); }},
      {"triu", [&] { triu(none); }},
      {"pad", [&] { pad(none, {}); }},
      {"argmin", [&] { argmin(none, 0); }},
      {"one_hot", [&] { one_hot(none); }},
      {"leaky_relu", [&] { leaky_relu(none); }},
      {"elu", [&] { elu(none); }},
      {"selu", [&] { selu(none); }},
      {"celu", [&] { celu(none); }},
      {"hardtanh", [&] { hardtanh(none); }},
      {"relu6", [&] { relu6(none); }},
      {"hardsigmoid", [&] { hardsigmoid(none); }},
      {"hardswish", [&] { hardswish(none); }},
      {"logsigmoid", [&] { logsigmoid(none); }},
      {"softsign", [&] { softsign(none); }},
      {"diagonal", [&] { diagonal(none); }},
      {"diag", [&] { diag(none); }},
      {"roll", [&] { roll(none, {1}); }},
      {"repeat_interleave", [&] { repeat_interleave(none, 2); }},
      {"nonzero", [&] { nonzero(none); }},
      {"unique", [&] { unique(none); }},
      {"bincount", [&] { bincount(none); }},
      {"set_value", [&] { none.set_value(ones({1})); }},
  };
  for (const Row& row : rows) {
    CHECK(thrown_text(row.call) == error_text(row.op, "the variable is undefined"));
  }
}

TEST_CASE("an op of several Variables says which one is undefined") {
  const Variable none, x = ones({2, 2}), index = tensor({0, 1});
  struct Row {
    const char* op;
    int operand;
    std::function<void()> call;
  };
  const Row rows[] = {
      {"add", 0, [&] { none + x; }},
      {"sub", 1, [&] { x - none; }},
      {"mul", 1, [&] { x* none; }},
      {"div", 0, [&] { none / x; }},
      {"pow", 1, [&] { pow(x, none); }},
      {"matmul", 0, [&] { matmul(none, x); }},
      {"matmul", 1, [&] { matmul(x, none); }},
      {"linear", 1, [&] { linear(x, none); }},
      {"where", 2, [&] { where(eq(x, 1), x, none); }},
      {"masked_fill", 1, [&] { masked_fill(x, none, 0); }},
      {"lt", 1, [&] { lt(x, none); }},
      {"logical_or", 0, [&] { logical_or(none, x); }},
      {"embedding", 1, [&] { embedding(index, none); }},
      {"index_select", 1, [&] { index_select(x, 0, none); }},
      {"index_add", 2, [&] { index_add(x, 0, index, none); }},
      {"maximum", 1, [&] { maximum(x, none); }},
      {"minimum", 0, [&] { minimum(none, x); }},
      {"atan2", 1, [&] { atan2(x, none); }},
      {"div", 0, [&] { div(none, x, Rounding::floor); }},
      {"floor_divide", 1, [&] { floor_divide(x, none); }},
      {"remainder", 0, [&] { remainder(none, x); }},
      {"fmod", 1, [&] { fmod(x, none); }},
      {"bmm", 1, [&] { bmm(x, none); }},
      {"gather", 1, [&] { gather(x, 0, none); }},
      {"scatter", 1, [&] { scatter(x, 0, none, 1); }},
      {"scatter", 2, [&] { scatter(x, 0, index, none); }},
      {"scatter_add", 2, [&] { scatter_add(x, 0, index, none); }},
      {"scatter_reduce", 2, [&] { scatter_reduce(x, 0, index, none, ScatterReduce::amax); }},
      {"sigmoid_backward", 0, [&] { sigmoid_backward(none, x); }},
      {"nll_loss", 0, [&] { nll_loss(none, x); }},
      {"binary_cross_entropy_with_logits", 1, [&] { binary_cross_entropy_with_logits(x, none); }},
      {"cat", 1,
       [&] {
         cat({x, none}, 0);
       }},
      {"stack", 0,
       [&] {
         stack({none, x}, 0);
       }},
      {"cross_entropy", 1, [&] { cross_entropy(x, none); }},
      {"linear_cross_entropy", 1, [&] { linear_cross_entropy(x, none, x); }},
      {"mse_loss", 0, [&] { mse_loss(none, x); }},
      {"l1_loss", 1, [&] { l1_loss(x, none); }},
      {"huber_loss", 0, [&] { huber_loss(none, x); }},
      {"smooth_l1_loss", 1, [&] { smooth_l1_loss(x, none); }},
      {"kl_div", 1, [&] { kl_div(x, none); }},
      {"binary_cross_entropy", 0, [&] { binary_cross_entropy(none, x); }},
  };
  for (const Row& row : rows) {
    CHECK(thrown_text(row.call) == error_text(row.op, "operand ", row.operand, " is undefined"));
  }
}

TEST_CASE("functions of Tensors say which one is undefined") {
  const Tensor none;
  CHECK_THROWS_TEXT(uniform_(none), "[uniform_] the tensor is undefined");
  CHECK_THROWS_TEXT(normal_(none), "[normal_] the tensor is undefined");
  CHECK_THROWS_TEXT(empty_like(none), "[empty_like] the tensor is undefined");
  CHECK_THROWS_TEXT(zeros_like(none), "[zeros_like] the tensor is undefined");
  CHECK_THROWS_TEXT(zeros_like(Variable()), "[zeros_like] the tensor is undefined");
  CHECK_THROWS_TEXT(ones_like(none), "[ones_like] the tensor is undefined");
  CHECK_THROWS_TEXT(full_like(none, 1), "[full_like] the tensor is undefined");
  CHECK_THROWS_TEXT(rand_like(none), "[rand_like] the tensor is undefined");
  CHECK_THROWS_TEXT(randn_like(none), "[randn_like] the tensor is undefined");
}
