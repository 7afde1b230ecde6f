#include "judge.hpp"

#include STUDENT

// Norms start at γ = 1 and β = 0, which would hide a norm that is taken for another.
nn::TransformerBlock random_block(const nn::TransformerBlockOptions& options = {}) {
  nn::TransformerBlock block(8, 2, options);
  for (const nn::LayerNorm* norm : {&block.norm1, &block.norm2}) {
    norm->weight.set_value(1 + 0.5 * randn({8}, options.dtype));
    norm->bias.set_value(0.5 * randn({8}, options.dtype));
  }
  return block;
}

void end_with_zero(const nn::Linear& last) {
  last.weight.value().zero_();
  last.bias.value().zero_();
}

void compare(const nn::TransformerBlock& block, const Tensor& x, const nn::Mask& mask,
             double tolerance = 1e-5) {
  manual_seed(1);
  const Variable yours = my_transformer_block(block, x, mask);
  manual_seed(1);
  Judge::must_equal(yours, block(x, mask).value(), tolerance);
}

void checks(Judge& judge) {
  const Tensor x = 3 + 2 * randn({2, 5, 8});
  judge.that("branches of 0", [&] {
    const nn::TransformerBlock block = random_block();
    end_with_zero(block.attention.W_o);
    end_with_zero(block.feed_forward.project);
    Judge::must_equal(my_transformer_block(block, x, {}), x, 0);
  });
  judge.that("attention alone", [&] {
    const nn::TransformerBlock block = random_block();
    end_with_zero(block.feed_forward.project);
    compare(block, x, {});
  });
  judge.that("network alone", [&] {
    const nn::TransformerBlock block = random_block();
    end_with_zero(block.attention.W_o);
    compare(block, x, {});
  });
  judge.that("both", [&] { compare(random_block(), x, {}); });
  judge.that("mask", [&] {
    const nn::TransformerBlock block = random_block();
    compare(block, x, nn::Mask::causal());
    compare(block, x, nn::Mask::padding(tensor({3, 5})));
  });
  judge.that("dropout in training", [&] { compare(random_block({.dropout = 0.5}), x, {}); });
  judge.that("dropout in evaluation", [&] {
    nn::TransformerBlock block = random_block({.dropout = 0.5});
    block.eval();
    compare(block, x, {});
  });
  judge.that("gradients", [] {
    const nn::TransformerBlock block = random_block();
    const Variable leaf(randn({2, 3, 8}), true);
    const Tensor g = randn({2, 3, 8});
    my_transformer_block(block, leaf, nn::Mask::causal()).backward(g);
    std::vector<Tensor> yours;
    for (const auto& [name, parameter] : block.named_parameters()) {
      Judge::must(parameter.has_grad(), "the parameter ", name, " gets no gradient");
      yours.push_back(parameter.grad());
      parameter.zero_grad();
    }
    const Tensor dx = leaf.grad();
    leaf.zero_grad();
    block(leaf, nn::Mask::causal()).backward(g);
    Judge::must_equal(dx, leaf.grad(), 1e-4, "of x");
    std::size_t i = 0;
    for (const auto& [name, parameter] : block.named_parameters()) {
      Judge::must_equal(yours[i++], parameter.grad(), 1e-4, "of ", name);
    }
  });
  judge.that("float64, one position", [] {
    compare(random_block({.dtype = float64}), randn({1, 1, 8}, float64), {}, 1e-12);
    compare(random_block(), zeros({0, 4, 8}), {});
  });
  const nn::TransformerBlock block(64, 4);
  const Tensor wide = randn({4, 32, 64});
  judge.speed(
      "4 texts of 32 positions, D = 64", [&] { my_transformer_block(block, wide, {}); },
      [&] { block(wide); });
}
