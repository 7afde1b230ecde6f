#include <xgrad/nn/pytorch_state.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/transformer.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

std::vector<std::string> names(const NamedTensors& state) {
  std::vector<std::string> all;
  for (const auto& [name, tensor] : state) all.push_back(name);
  return all;
}

NamedTensors numbers_under(const std::string& prefix) {
  NamedTensors state;
  for (const auto& [key, tensor] : goldens("transformer")) {
    if (key.starts_with(prefix)) state.emplace_back(key.substr(prefix.size()), tensor);
  }
  return state;
}

const Tensor& of(const NamedTensors& state, const std::string& name) {
  for (const auto& [key, tensor] : state) {
    if (key == name) return tensor;
  }
  throw std::out_of_range(name);
}

}  // namespace

TEST_CASE("from_pytorch splits and renames an attention's parameters, at any depth") {
  const Tensor joined = arange(0, 12).reshape({6, 2}), bias = arange(0, 6);
  const NamedTensors state = {{"a.0.self_attn.in_proj_weight", joined},
                              {"a.0.self_attn.in_proj_bias", bias},
                              {"a.0.self_attn.out_proj.weight", ones({2, 2})},
                              {"a.0.self_attn.out_proj.bias", zeros({2})},
                              {"a.0.linear1.weight", ones({3, 2})},
                              {"other.out_proj.weight", ones({2, 2})},  // beside no in_proj_weight
                              {"my_in_proj_weight", ones({2, 2})},      // another member
                              {"in_proj_weight", joined},
                              {"out_proj.weight", ones({2, 2})}};
  const NamedTensors here = nn::from_pytorch(state);
  CHECK(names(here) == std::vector<std::string>{
                           "a.0.self_attn.W_q.weight", "a.0.self_attn.W_k.weight", "a.0.self_attn.W_v.weight",
                           "a.0.self_attn.W_q.bias", "a.0.self_attn.W_k.bias", "a.0.self_attn.W_v.bias",
                           "a.0.self_attn.W_o.weight", "a.0.self_attn.W_o.bias", "a.0.linear1.weight",
                           "other.out_proj.weight", "my_in_proj_weight", "W_q.weight", "W_k.weight",
                           "W_v.weight", "W_o.weight"});
  CHECK(equal(of(here, "a.0.self_attn.W_k.weight"), tensor({{4, 5}, {6, 7}})));
  CHECK(equal(of(here, "a.0.self_attn.W_v.bias"), tensor({4, 5})));

  const NamedTensors back = nn::to_pytorch(here);
  CHECK(names(back) == names(state));
  for (std::size_t i = 0; i < back.size(); ++i) CHECK(equal(back[i].second, state[i].second));
}

TEST_CASE("keys and values of their own widths: PyTorch's separate projections give its output") {
  const NamedTensors state = numbers_under("widths/state/");
  const NamedTensors here = nn::from_pytorch(state);
  const NamedTensors back = nn::to_pytorch(here);
  CHECK(back.size() == state.size());
  for (const auto& [name, tensor] : state) CHECK(equal(of(back, name), tensor));
  const nn::MultiHeadAttention attention(6, 2, {.kdim = 5, .vdim = 3, .dtype = float64});
  attention.load_state_dict(here);
  const auto numbers = [](const char* name) { return golden("transformer", std::string("widths/") + name); };
  CHECK(max_abs_diff(attention(numbers("q"), numbers("k"), numbers("v")).value(), numbers("out")) < 1e-12);

  const nn::MultiHeadAttention one_width(6, 2, {.bias = false, .kdim = 4, .vdim = 4});
  CHECK(names(nn::to_pytorch(one_width.state_dict())) ==
        std::vector<std::string>{"q_proj_weight", "k_proj_weight", "v_proj_weight", "out_proj.weight"});
}

TEST_CASE("a module's state goes to PyTorch's names and back, bit for bit") {
  const nn::Transformer transformer(4, 2, 2, 1, {.dim_feedforward = 3});
  const NamedTensors state = transformer.state_dict();
  const NamedTensors back = nn::from_pytorch(nn::to_pytorch(state));
  CHECK(back.size() == state.size());
  for (const auto& [name, tensor] : state) CHECK(equal(of(back, name), tensor));
  // What is not an attention of this library stays.
  const NamedTensors own = {{"W_q.weight", zeros({2, 2})}, {"W_k.weight", zeros({2, 2})}};
  CHECK(names(nn::to_pytorch(own)) == names(own));
  CHECK(nn::to_pytorch({}).empty());
  CHECK(nn::from_pytorch({}).empty());
}

TEST_CASE("a state with PyTorch's attention, loaded as it is, is refused with the way to convert it") {
  nn::TransformerEncoderLayer layer(4, 2, {.dim_feedforward = 8});
  const std::string advice = "\n  the state has PyTorch's attention; convert it with nn::from_pytorch";
  CHECK_THROWS_TEXT(layer.load_state_dict(nn::to_pytorch(layer.state_dict())), advice);
  CHECK_THROWS_TEXT(layer.load_state_dict({{"self_attn.q_proj_weight", zeros({4, 4})}}), advice);
  std::string other;
  try {
    layer.load_state_dict({{"odd", zeros({2})}});
  } catch (const std::invalid_argument& error) {
    other = error.what();
  }
  CHECK(other.find("unexpected: odd (2,)") != std::string::npos);
  CHECK(other.find("from_pytorch") == std::string::npos);
}

TEST_CASE("from_pytorch and to_pytorch: errors") {
  const Tensor joined = zeros({6, 2}), square = zeros({2, 2});
  CHECK_THROWS_TEXT(nn::from_pytorch({{"a.in_proj_weight", joined}, {"a.bias_k", zeros({1, 1, 2})}}),
                    "[from_pytorch] a.bias_k is not supported: attention has no bias_k and bias_v here");
  CHECK_THROWS_TEXT(nn::from_pytorch({{"a.in_proj_weight", zeros({5, 2})}}),
                    "[from_pytorch] a.in_proj_weight must be (3 D, D), not (5, 2)");
  CHECK_THROWS_TEXT(nn::from_pytorch({{"in_proj_weight", joined}, {"in_proj_bias", zeros({4})}}),
                    "[from_pytorch] in_proj_bias must be (3 D,), not (4,)");
  CHECK_THROWS_TEXT(nn::from_pytorch({{"in_proj_weight", tensor(1.0)}}), "must be (3 D, D), not ()");
  CHECK_THROWS_TEXT(nn::from_pytorch({{"a", Tensor()}}), "[from_pytorch] a is undefined");
  CHECK_THROWS_TEXT(nn::to_pytorch({{"a", Tensor()}}), "[to_pytorch] a is undefined");
  NamedTensors state = {
      {"W_q.weight", square}, {"W_k.weight", square}, {"W_v.weight", square}, {"W_o.weight", square}};
  state.emplace_back("W_k.bias", zeros({2}));
  CHECK_THROWS_TEXT(nn::to_pytorch(state),
                    "[to_pytorch] the attention has no W_q.bias, but other parameters like it");
  state = {{"b.W_q.weight", square},
           {"b.W_k.weight", zeros({1, 2})},
           {"b.W_v.weight", zeros({1, 2})},
           {"b.W_o.weight", square}};
  CHECK_THROWS_TEXT(nn::to_pytorch(state),
                    "[to_pytorch] b.W_q.weight is (2, 2), W_k.weight (1, 2), W_v.weight (1, 2): PyTorch's "
                    "attention has as many key heads as query heads");
}
