#include <xgrad/nn/module.hpp>

#include <filesystem>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/clip.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

const Tensor& numbers(const std::string& key) { return golden("nn", key); }

NamedTensors numbers_under(const std::string& prefix) {
  NamedTensors state;
  for (const auto& [key, tensor] : goldens("nn")) {
    if (key.starts_with(prefix)) state.emplace_back(key.substr(prefix.size()), tensor);
  }
  return state;
}

struct Scaled : nn::Callable<Scaled> {
  nn::Linear linear{4, 2};
  nn::Dropout drop{0.5};
  Variable scale{ones({2}), /*requires_grad=*/true};
  Variable missing;
  Variable forward(const Variable& x) const { return drop(linear(x)) * scale; }
  void visit(nn::Visitor& v) const override {
    v("linear", linear)("drop", drop)("scale", scale)("missing", missing);
  }
};

std::vector<std::string> names(const nn::Module& module) {
  std::vector<std::string> all;
  for (const auto& [name, parameter] : module.named_parameters()) all.push_back(name);
  return all;
}

}  // namespace

TEST_CASE("initial values are PyTorch's, drawn in its order") {
  manual_seed(7);
  const nn::Linear linear(20, 6);
  CHECK(equal(linear.weight.value(), numbers("init/linear.weight")));
  CHECK(equal(linear.bias.value(), numbers("init/linear.bias")));
  CHECK(max_abs_diff(nn::Embedding(5, 8).weight.value(), numbers("init/embedding.weight")) < 2e-6);
  const Variable w(empty({6, 10}));
  nn::init::xavier_uniform_(w);
  CHECK(equal(w.value(), numbers("init/xavier_uniform_")));
  nn::init::xavier_normal_(w);
  CHECK(max_abs_diff(w.value(), numbers("init/xavier_normal_")) < 2e-6);
  nn::init::kaiming_uniform_(w);
  CHECK(equal(w.value(), numbers("init/kaiming_uniform_")));
  nn::init::kaiming_normal_(w);
  CHECK(max_abs_diff(w.value(), numbers("init/kaiming_normal_")) < 2e-6);
  CHECK(equal(nn::Linear(3, 4, {.dtype = float64}).weight.value(), numbers("init/double")));
  CHECK_THROWS_TEXT(nn::init::xavier_uniform_(Variable(zeros({3}))),
                    "[init] fan-in and fan-out need a weight of 2 dims or more, not (3,)");
}

TEST_CASE("a module's names, counts and modes derive from its visit") {
  Scaled module;
  CHECK(names(module) == std::vector<std::string>{"linear.weight", "linear.bias", "scale"});
  CHECK(module.num_parameters() == 4 * 2 + 2 + 2);
  CHECK(module.linear.type_name() == "xgrad::nn::Linear");
  CHECK(module.drop.is_training());
  module.eval();
  CHECK_FALSE(module.drop.is_training());
  CHECK(equal(module(ones({1, 4})).value(), module.linear(ones({1, 4})).value()));
  module.train();
  CHECK(module.drop.is_training());

  sum(module(ones({1, 4}))).backward();
  CHECK(module.scale.has_grad());
  module.zero_grad();
  CHECK_FALSE(module.scale.has_grad());

  module.to(float64);
  CHECK(module.linear.weight.dtype() == float64);
  CHECK(module(ones({1, 4}, float64)).dtype() == float64);
}

TEST_CASE("modules move with their parameters, and do not copy") {
  static_assert(!std::is_copy_constructible_v<Scaled> && std::is_move_constructible_v<Scaled>);
  Scaled module;
  const Variable scale = module.scale;
  const Scaled moved = std::move(module);
  CHECK(moved.scale.is(scale));
  CHECK(names(moved).size() == 3);
}

TEST_CASE("a shared parameter is one parameter with two names") {
  const nn::GPT tied(
      {.vocab_size = 5, .context = 4, .d_model = 8, .num_layers = 1, .num_heads = 2, .tied_head = true});
  CHECK(tied.head.weight.is(tied.token.weight));
  CHECK(names(tied).front() == "token.weight");
  for (const std::string& name : names(tied)) CHECK(name != "head.weight");
  CHECK(tied.state_dict().back().first == "head.weight");
  CHECK(tied.state_dict().size() == tied.named_parameters().size() + 1);
  const nn::GPT free(
      {.vocab_size = 5, .context = 4, .d_model = 8, .num_layers = 1, .num_heads = 2, .tied_head = false});
  CHECK(free.num_parameters() == tied.num_parameters() + 5 * 8);
}

TEST_CASE("load_state_dict names every key that does not fit, and changes nothing then") {
  const Scaled module;
  NamedTensors state = {{"linear.weight", zeros({2, 4})}, {"scale", zeros({3})}, {"extra", zeros({1})}};
  const std::string text = thrown_text([&] { module.load_state_dict(state); });
  CHECK(text.find("[load_state_dict] the state does not fit") == 0);
  CHECK(text.find("missing: linear.bias (2,)") != std::string::npos);
  CHECK(text.find("wrong shape: scale is (3,), the module's (2,)") != std::string::npos);
  CHECK(text.find("unexpected: extra (1,)") != std::string::npos);
  state = {{"linear.weight", zeros({2, 4})},
           {"linear.bias", Tensor()},
           {"scale", zeros({2})},
           {"scale", zeros({2})},
           {"extra", Tensor()}};
  const std::string second = thrown_text([&] { module.load_state_dict(state); });
  CHECK(second.find("twice: scale") != std::string::npos);
  CHECK(second.find("undefined: linear.bias") != std::string::npos);
  CHECK(second.find("unexpected: extra") != std::string::npos);
  CHECK(max_abs(module.linear.weight.value()) > 0);
  CHECK(equal(module.scale.value(), ones({2})));
}

TEST_CASE("load restores in place what save wrote") {
  const auto path = std::filesystem::temp_directory_path() / "xgrad_test_module.safetensors";
  manual_seed(1);
  const Scaled module;
  module.save(path);
  const Scaled other;
  CHECK_FALSE(equal(other.linear.weight.value(), module.linear.weight.value()));
  const Variable handle = other.linear.weight;
  other.load(path);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(equal(other.parameters()[i].value(), module.parameters()[i].value()));
  CHECK(equal(handle.value(), module.linear.weight.value()));
  std::filesystem::remove(path);
  CHECK_THROWS_TEXT(other.load(path), path.string());
}

TEST_CASE("a transformer block computes what PyTorch's encoder layer does, post- and pre-norm") {
  for (const auto& [order, norm] :
       {std::pair{"post", nn::NormOrder::post}, std::pair{"pre", nn::NormOrder::pre}}) {
    CAPTURE(order);
    const nn::TransformerBlock block(8, 2, {.d_hidden = 16, .norm = norm, .dtype = float64});
    NamedTensors state;
    for (const auto& [name, parameter] : block.named_parameters())
      state.emplace_back(name, numbers("block/" + name));
    block.load_state_dict(state);
    const Variable x(numbers("block/x").clone(), true);
    const Variable y = block(x, nn::Mask::causal());
    const std::string prefix = std::string("block/") + order;
    CHECK(max_abs_diff(y.value(), numbers(prefix + "/out")) < 1e-12);
    y.backward(numbers("block/gout"));
    CHECK(max_abs_diff(x.grad(), numbers(prefix + "/grad/x")) < 1e-12);
    for (const auto& [name, parameter] : block.named_parameters()) {
      CAPTURE(name);
      CHECK(max_abs_diff(parameter.grad(), numbers(prefix + "/grad/" + name)) < 1e-12);
    }
  }
}

TEST_CASE("ten losses of a GPT over ten optimiser steps are PyTorch's, with a tied and with a free head") {
  for (const auto& [is_tied, in_one_node] :
       {std::pair(true, false), {false, false}, {true, true}, {false, true}}) {
    CAPTURE(is_tied);
    CAPTURE(in_one_node);
    const std::string prefix = is_tied ? "gpt/tied/" : "gpt/free/";
    const nn::GPT model({.vocab_size = 7,
                         .context = 6,
                         .d_model = 8,
                         .num_layers = 2,
                         .num_heads = 2,
                         .tied_head = is_tied,
                         .dtype = float64});
    model.load_state_dict(numbers_under(prefix + "state/"));
    optim::AdamW optimizer(model.parameters(), {.lr = 1e-2, .weight_decay = 0.1});
    for (std::int64_t step = 0; step < 10; ++step) {
      CAPTURE(step);
      const Tensor text = numbers(prefix + "tokens").select(0, step);  // (3, 7)
      const Tensor tokens = text.slice(1, 0, -1), next = text.slice(1, 1);
      const Variable loss = in_one_node ? linear_cross_entropy(model.hidden(tokens), model.head.weight, next)
                                        : cross_entropy(model(tokens).reshape({-1, 7}), next.reshape({-1}));
      CHECK(loss.item<double>() ==
            doctest::Approx(numbers(prefix + "losses").select(0, step).item<double>()).epsilon(1e-10));
      optimizer.zero_grad();
      loss.backward();
      optim::clip_grad_norm_(model.parameters(), 1.0);
      optimizer.step();
    }
  }
}

TEST_CASE("weights of size 0 are initialised without a draw") {
  CHECK(nn::Linear(3, 0)(ones({2, 3})).shape() == Shape{2, 0});
  CHECK(equal(nn::Linear(0, 3)(ones({2, 0})).value(), zeros({2, 3})));
  for (const Shape& shape : {Shape{0, 3}, Shape{3, 0}, Shape{0, 0}}) {
    const Variable weight(empty(shape));
    nn::init::kaiming_uniform_(weight);
    nn::init::kaiming_normal_(weight);
    nn::init::xavier_uniform_(weight);
    nn::init::xavier_normal_(weight);
  }
}

TEST_CASE("modules name the arguments that do not fit") {
  const nn::GPT model({.vocab_size = 5, .context = 4, .d_model = 8, .num_layers = 1, .num_heads = 2});
  CHECK_THROWS_TEXT(model(zeros({1, 5}, int64)),
                    "[GPT] tokens must be (B, T) with T ≤ context 4, not (1, 5)");
  CHECK_THROWS_TEXT(model(zeros({4}, int64)), "[GPT] tokens must be (B, T)");
  CHECK_THROWS_TEXT(nn::GPT({}), "[GPT] vocab_size 0 and context 0 must be positive");
  CHECK_THROWS_TEXT(nn::LayerNorm(8)(zeros({2, 4})),
                    "[LayerNorm] the last dim of (2, 4) must be the module's normalized_shape, (8,)");
  CHECK_THROWS_TEXT(nn::Dropout(1.5), "[Dropout] the probability must lie in [0, 1], not 1.5");
  CHECK_THROWS_TEXT(nn::Linear(-1, 2), "[Linear] sizes must not be negative: in_features -1, out_features 2");
  CHECK_THROWS_TEXT(nn::Linear(3, 2, {.dtype = int64}), "[Linear] the dtype must be floating, not int64");
  CHECK_THROWS_TEXT(nn::TransformerBlock(8, 2, {.d_hidden = -5}),
                    "[TransformerBlock] d_hidden must not be negative, got -5");
  CHECK_THROWS_TEXT(model.blocks[1], "[ModuleList] index 1 is out of range for 1 modules");
}
