// Keys that are hidden from every query may hold NaN and infinity.
#include <xgrad/nn/attention.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using namespace xgrad::nn;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Masks that hide the last key of item 0 and the last three keys of item 1 from every query.
std::vector<std::pair<std::string, Mask>> padding_masks() {
  const Tensor keep = ones({2, 1, 1, 5}, boolean), added = zeros({2, 1, 1, 5});
  for (const auto& [item, key] : {std::pair{0, 4}, {1, 2}, {1, 3}, {1, 4}}) {
    keep.at({item, 0, 0, key}) = false;
    added.at({item, 0, 0, key}) = -inf;
  }
  const Mask lengths = Mask::padding(tensor({4, 2}));
  return {{"padding", lengths},
          {"kept", Mask::keep(keep)},
          {"kept, for each head and query", Mask::keep(keep.expand({2, 2, 5, 5}).contiguous())},
          {"added", Mask::additive(added)},
          {"added, with a gradient", Mask::additive(Variable(added, true))},
          {"with a causal one", lengths & Mask::causal()},
          {"two of them", Mask::padding(tensor({4, 5})) & Mask::keep(keep)}};
}

// x (B, ..., T, d) with `number` in the rows of the hidden keys.
Tensor with_hidden(const Tensor& x, int dim, double number) {
  const Tensor result = x.clone();
  result.select(0, 0).slice(dim, 4).fill_(number);
  result.select(0, 1).slice(dim, 2).fill_(number);
  return result;
}

bool is_finite(const Tensor& x) {
  for (const double each : x.to_vector<double>()) {
    if (!std::isfinite(each)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("hidden keys are not read, whatever they hold") {
  for (const DType dtype : {float32, float64}) {
    manual_seed(1);
    const Tensor q = randn({2, 2, 5, 3}, dtype), k = randn({2, 2, 5, 3}, dtype),
                 v = randn({2, 2, 5, 3}, dtype);
    for (const auto& [name, mask] : padding_masks()) {
      const auto results = [&, &mask = mask](double number) {  // Clang before 16 captures no binding
        const Variable Q(q, true), K(with_hidden(k, 1, number), true), V(with_hidden(v, 1, number), true);
        const Variable y = scaled_dot_product_attention(Q, K, V, {.mask = mask}).output;
        y.backward(q);
        return std::vector<Tensor>{y.value(), Q.grad(), K.grad(), V.grad()};
      };
      const std::vector<Tensor> expected = results(0);
      for (const double number : {not_a_number, inf, -inf}) {
        CAPTURE(name);
        CAPTURE(number);
        const std::vector<Tensor> got = results(number);
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(equal(got[i], expected[i]));
        for (std::size_t i = 2; i < got.size(); ++i) CHECK(equal(with_hidden(got[i], 1, 0), got[i]));
      }
    }
  }
}

TEST_CASE(
    "MultiHeadAttention does not read hidden keys, fused or not, and its weights' gradients stay finite") {
  for (const bool fused : {false, true}) {
    manual_seed(2);
    MultiHeadAttention mha(6, 2, {.fused = fused});
    const Tensor queries = randn({2, 5, 6}), keys = randn({2, 5, 6});
    auto masks = padding_masks();
    const Tensor for_one_head = ones({2, 2, 1, 5}, boolean);  // hides a key from one head only
    for_one_head.select(1, 0).slice(2, 3).fill_(false);
    for (const auto& [name, mask] : masks) {
      const auto results = [&, &mask = mask](double number) {  // Clang before 16 captures no binding
        mha.zero_grad();
        const Variable Q(queries, true), K(with_hidden(keys, 0, number), true);
        const Variable y = mha(Q, K, K, mask);
        y.backward(queries);
        std::vector<Tensor> all = {y.value(), Q.grad(), K.grad()};
        for (const Variable& parameter : mha.parameters()) all.push_back(parameter.grad());
        return all;
      };
      const std::vector<Tensor> expected = results(0), got = results(not_a_number);
      CAPTURE(fused);
      CAPTURE(name);
      for (std::size_t i = 0; i < got.size(); ++i) CHECK(equal(got[i], expected[i]));
      CHECK(equal(with_hidden(got[2], 0, 0), got[2]));
    }
    const Variable Q(queries, true), K(keys, true);
    const Variable y = mha(Q, K, K, Mask::keep(for_one_head));
    CHECK(max_abs_diff(y.value(),
                       mha.forward_with_weights(Q, K, K, Mask::keep(for_one_head)).output.value()) < 1e-6);
  }
}

TEST_CASE("causal_upper_left hides the keys after the last query from all queries") {
  for (const bool fused : {false, true}) {
    const MultiHeadAttention mha(4, 2, {.fused = fused});
    const Variable Q(randn({1, 2, 4}), true), K(randn({1, 5, 4}), true);
    K.value().slice(1, 2).fill_(not_a_number);
    const Variable y = mha(Q, K, K, Mask::causal_upper_left());
    sum(y).backward();
    CHECK(is_finite(y.value()));
    CHECK(is_finite(Q.grad()));
    CHECK(equal(K.grad().slice(1, 2), zeros({1, 3, 4})));
  }
}

TEST_CASE("values with a batch of their own are broadcast, also where a mask hides keys") {
  const Variable q(randn({1, 1, 2, 4})), k(randn({1, 1, 3, 4})), v(randn({3, 1, 3, 4}));
  const Mask mask = Mask::keep(tensor({true, false, true}));
  const Tensor y = scaled_dot_product_attention(q, k, v, {.mask = mask}).output.value();
  for (std::int64_t b = 0; b < 3; ++b) {
    const Variable alone = scaled_dot_product_attention(q, k, v.slice(0, b, b + 1), {.mask = mask}).output;
    CHECK(allclose(y.slice(0, b, b + 1), alone.value()));
  }
}

TEST_CASE("a NaN in a value that one query sees spreads to all queries") {
  const Variable q(randn({1, 1, 2, 2})), k(randn({1, 1, 2, 2})), v(full({1, 1, 2, 2}, 1.0));
  v.value().select(2, 1).fill_(not_a_number);
  CHECK_FALSE(
      is_finite(scaled_dot_product_attention(q, k, v, {.mask = Mask::causal()}).output.value().select(2, 0)));
}
