// Masks of attention: PyTorch's causal mask, and gradients of additive masks
// (golden/make_attention_masks.py). Hidden keys: hidden_keys.cpp; rows of −∞: infinite_scores.cpp.
#include <xgrad/nn/mask.hpp>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>

using namespace xgrad;
using namespace xgrad::nn;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

const Tensor& numbers(const std::string& key) { return golden("attention_masks", key); }

// q, k and v of the given sizes, as leaves.
std::vector<Variable> leaves(const std::string& sizes) {
  std::vector<Variable> result;
  for (const char* name : {"/q", "/k", "/v"}) result.emplace_back(numbers(sizes + name).clone(), true);
  return result;
}

void check_golden(const std::string& prefix, const Variable& out, const Tensor& gout,
                  const std::vector<Variable>& inputs) {
  CAPTURE(prefix);
  CHECK(max_abs_diff(out.value(), numbers(prefix + "/out")) < 1e-14);
  out.backward(gout);
  const char* names[] = {"q", "k", "v", "bias"};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    CAPTURE(i);
    CHECK(max_abs_diff(inputs[i].grad(), numbers(prefix + "/grad/" + names[i])) < 1e-13);
  }
}

}  // namespace

TEST_CASE("Mask::causal_upper_left is PyTorch's is_causal=True, fused and unfused") {
  for (const std::string sizes : {"5x5", "3x7", "6x4"}) {
    const Tensor gout = numbers(sizes + "/gout");
    const std::vector<Variable> x = leaves(sizes), fused = leaves(sizes);
    const Mask mask = Mask::causal_upper_left();
    check_golden(sizes + "/is_causal", scaled_dot_product_attention(x[0], x[1], x[2], {.mask = mask}).output,
                 gout, x);
    check_golden(sizes + "/is_causal",
                 fused_attention(fused[0], fused[1], fused[2], {.scale = 0.5, .causal_upper_left = true}),
                 gout, fused);
  }
}

TEST_CASE("both causal masks together show the keys that each of them shows, also in the fused op") {
  manual_seed(0);
  const MultiHeadAttention plain(8, 2, {.dtype = float64}), fused(8, 2, {.fused = true, .dtype = float64});
  fused.load_state_dict(plain.state_dict());
  const Mask upper_left = Mask::causal_upper_left(), padding = Mask::padding(tensor({3, 1}));
  // the larger T_q and T_k exceed a tile of the fused kernel
  for (const auto& [queries, keys] :
       {std::pair<std::int64_t, std::int64_t>{4, 9}, {9, 4}, {300, 530}, {530, 300}}) {
    CAPTURE(queries);
    CAPTURE(keys);
    const Variable Q(randn({2, queries, 8}, float64), true), K(randn({2, keys, 8}, float64), true);
    std::vector<Mask> masks = {upper_left, upper_left & padding};
    if (queries <= keys) {
      masks.push_back(Mask::causal() & upper_left);
      CHECK(equal(masks.back().for_scores({2, 2, queries, keys}, float64),
                  upper_left.for_scores({2, 2, queries, keys}, float64)));
    }
    for (const Mask& mask : masks) {
      const Variable y = plain(Q, K, K, mask), z = fused(Q, K, K, mask);
      CHECK(trace(z).count("fused_attention") == 1);
      CHECK(max_abs_diff(y.value(), z.value()) < 1e-13);
      const auto dy = grad({sum(y * y)}, {Q, K}), dz = grad({sum(z * z)}, {Q, K});
      for (std::size_t i = 0; i < 2; ++i) CHECK(max_abs_diff(dy[i].value(), dz[i].value()) < 1e-11);
    }
  }
}

TEST_CASE("an additive mask that requires a gradient gets PyTorch's gradient") {
  for (const std::string sizes : {"5x5", "3x7", "6x4"}) {
    const std::pair<const char*, Mask> others[] = {{"all", Mask()},
                                                   {"upper left", Mask::causal_upper_left()},
                                                   {"padding", Mask::padding(numbers(sizes + "/lengths"))}};
    for (const char* shape : {"square", "per head", "per key", "scalar"}) {
      for (const auto& [name, other] : others) {
        std::vector<Variable> x = leaves(sizes);
        const std::string prefix = sizes + "/" + shape;
        x.emplace_back(numbers(prefix + "/bias").clone(), true);
        const Mask mask = other & Mask::additive(x[3]);
        check_golden(prefix + "/" + name,
                     scaled_dot_product_attention(x[0], x[1], x[2], {.mask = mask}).output,
                     numbers(sizes + "/gout"), x);
      }
    }
  }
}

TEST_CASE("first and second derivatives of additive masks agree with finite differences") {
  manual_seed(2);
  const Tensor keep = tensor({{true, false, true}, {true, true, true}, {false, false, false}});
  const auto f = [&](const std::vector<Variable>& x) {
    const Mask mask = Mask::additive(x[3]) & Mask::keep(keep) & Mask::additive(x[4]);
    return scaled_dot_product_attention(x[0], x[1], x[2], {.mask = mask}).output;
  };
  const auto leaf = [](const Shape& shape) { return Variable(randn(shape, float64)); };
  for (const int order : {1, 2}) {
    const GradcheckResult result = gradcheck(
        f, {leaf({1, 2, 3, 2}), leaf({1, 2, 3, 2}), leaf({1, 2, 3, 2}), leaf({1, 2, 3, 3}), leaf({3})},
        {.order = order});
    CHECK_MESSAGE(result, result.message());
  }
}

TEST_CASE("an entry of −∞ in an additive mask gets gradient 0, also in a row of only −∞") {
  manual_seed(3);
  const Tensor numbers = randn({3, 4}, float64);
  numbers.at({0, 1}) = -inf;
  numbers.select(0, 2).fill_(-inf);
  const Variable q(randn({1, 1, 3, 2}, float64), true), k(randn({1, 1, 4, 2}, float64), true);
  const auto output = [&](const Variable& bias) {
    return scaled_dot_product_attention(q, k, k, {.mask = Mask::additive(bias)}).output;
  };
  const Variable learned(numbers, true), y = output(learned);
  CHECK(max_abs_diff(y.value(), output(numbers).value()) < 1e-15);
  const auto d = grad({sum(y * y)}, {learned, q, k});
  CHECK(double(d[0].value().at({0, 1})) == 0);
  CHECK(equal(d[0].value().select(0, 2), zeros({4}, float64)));
  CHECK(max_abs(d[0].value().select(0, 0)) > 0);
  for (const Variable& each : d) CHECK(all(eq(each, each)).item<bool>());
}

TEST_CASE("modules give a learned bias its gradient, fused and unfused") {
  manual_seed(4);
  const MultiHeadAttention plain(6, 2, {.dtype = float64}), fused(6, 2, {.fused = true, .dtype = float64});
  fused.load_state_dict(plain.state_dict());
  const Variable x(randn({2, 5, 6}, float64), true), bias(randn({1, 2, 5, 5}, float64), true);
  const Mask mask = Mask::causal() & Mask::additive(bias);
  const Variable y = plain(x, x, x, mask), z = fused(x, x, x, mask);
  CHECK(trace(z).count("fused_attention") == 1);
  CHECK(max_abs_diff(y.value(), z.value()) < 1e-14);
  CHECK(max_abs_diff(grad({sum(y * y)}, {bias})[0].value(), grad({sum(z * z)}, {bias})[0].value()) < 1e-13);
  {
    const NoGradGuard no_grad;
    CHECK(max_abs_diff(fused(x, x, x, mask).value(), y.value()) < 1e-13);
  }
  const Variable w(randn({6, 6}, float64));
  const GradcheckResult result = gradcheck(
      [&](const Variable& b) {
        return attention_block(x.detach(), w, w, w, w, 2, {.mask = Mask::causal() & Mask::additive(b)});
      },
      {bias.detach()});
  CHECK_MESSAGE(result, result.message());
  CHECK_THROWS_TEXT(mask.for_scores({2, 2, 5, 5}, float64),
                    "[Mask] for_scores: an additive mask requires a gradient, which a Tensor would lose");
}

TEST_CASE("a combined mask reads a learned bias when attention is computed") {
  const Variable q = ones({1, 1, 1, 1}), v = tensor({1.0F, 3.0F}).reshape({1, 1, 2, 1}),
                 bias(zeros({2}), true);
  const Mask mask = Mask::additive(bias) & Mask::additive(zeros({2}));
  CHECK(scaled_dot_product_attention(q, zeros({1, 1, 2, 1}), v, {.mask = mask}).output.item<float>() == 2);
  bias.value().copy_(tensor({-inf, 0.0}).to(float32));
  CHECK(scaled_dot_product_attention(q, zeros({1, 1, 2, 1}), v, {.mask = mask}).output.item<float>() == 3);
}
