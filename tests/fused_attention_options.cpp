// The options of attention in one node against those in three, at sizes of several tiles.
#include <xgrad/nn/scaled_dot_product_attention.hpp>

#include <vector>

#include "support.hpp"

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using namespace xgrad::nn;

// Several tiles, windows that begin and end inside of a tile, and masks of every kind at once.
TEST_CASE("attention in one node is attention in three, tile after tile") {
  struct Sizes {
    std::int64_t B, H, H_k, queries, keys, left, right;
  };
  for (const auto& [B, H, H_k, queries, keys, left, right] : {Sizes{1, 4, 2, 300, 300, 40, 0},
                                                              {2, 2, 1, 129, 600, 300, 5},
                                                              {1, 2, 2, 1, 530, 10, -1},
                                                              {2, 3, 3, 7, 9, 0, 0},
                                                              {1, 1, 1, 300, 300, -1, 3}}) {
    for (const double softcap : {0.0, 3.0}) {
      for (const Shape& of_bias : {Shape{1, H, queries, keys}, Shape{B, 1, queries, 1}, Shape{1, 1, 1, keys},
                                   Shape{queries, keys}, Shape{}}) {
        CAPTURE(queries);
        CAPTURE(keys);
        CAPTURE(softcap);
        CAPTURE(of_bias);
        manual_seed(7);
        const Tensor g = randn({B, H, queries, 4}, float64),
                     kept = randint(0, 4, {B, 1, 1, keys}).to(boolean);
        const auto leaf = [](const Shape& shape) { return Variable(randn(shape, float64), true); };
        const std::vector<Variable> x = {leaf({B, H, queries, 3}), leaf({B, H_k, keys, 3}),
                                         leaf({B, H_k, keys, 4}), leaf(of_bias)};
        AttentionOptions options{.mask = Mask::window(left, right) & Mask::keep(kept) & Mask::additive(x[3]) &
                                         Mask::additive(zeros({keys}, float64)),
                                 .scale = 1.2,
                                 .softcap = softcap};
        std::vector<Variable> expected =
            grad({scaled_dot_product_attention(x[0], x[1], x[2], options).output}, x, {.grad_outputs = {g}});
        options.fused = true;
        const Variable y = scaled_dot_product_attention(x[0], x[1], x[2], options).output;
        options.fused = false;
        CHECK(max_abs_diff(y.value(),
                           scaled_dot_product_attention(x[0], x[1], x[2], options).output.value()) < 1e-12);
        const std::vector<Variable> got = grad({y}, x, {.grad_outputs = {g}});
        for (std::size_t i = 0; i < x.size(); ++i) {
          CAPTURE(i);
          CHECK(max_abs_diff(got[i].value(), expected[i].value()) < 1e-10);
        }
      }
    }
  }
}

TEST_CASE("dropout in one node draws and drops as in three") {
  Dropout dropout(0.4);
  for (const bool training : {true, false}) {
    dropout.train(training);
    std::vector<std::vector<Tensor>> results;
    for (const bool fused : {false, true}) {
      manual_seed(4);
      const auto leaf = [](const Shape& shape) { return Variable(randn(shape, float64), true); };
      const std::vector<Variable> x = {leaf({2, 2, 140, 3}), leaf({2, 1, 300, 3}), leaf({2, 1, 300, 4})};
      const Variable y =
          scaled_dot_product_attention(x[0], x[1], x[2], {.dropout = &dropout, .fused = fused}).output;
      CHECK(trace(y).count("fused_attention") == fused);
      y.backward(ones(y.shape(), float64));
      results.push_back({y.value(), x[0].grad(), x[1].grad(), x[2].grad(), rand({1})});
    }
    for (std::size_t i = 0; i < results[0].size(); ++i) {
      CAPTURE(i);
      CHECK(max_abs_diff(results[0][i], results[1][i]) < 1e-12);
    }
  }
}
