#include <xgrad/nn/transformer.hpp>

#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/init.hpp>
#include <xgrad/nn/pytorch_state.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

const Tensor& numbers(const std::string& key) { return golden("transformer", key); }

NamedTensors numbers_under(const std::string& prefix) {
  NamedTensors state;
  for (const auto& [key, tensor] : goldens("transformer")) {
    if (key.starts_with(prefix)) state.emplace_back(key.substr(prefix.size()), tensor);
  }
  return state;
}

struct Variant {
  std::string name;
  nn::Activation activation;
  bool norm_first, causal, padding;
};

const std::vector<Variant> variants = {
    {"post_relu", nn::Activation::relu, false, false, false},
    {"post_gelu_causal_padding", nn::Activation::gelu, false, true, true},
    {"pre_relu_padding", nn::Activation::relu, true, false, true},
    {"pre_gelu_causal", nn::Activation::gelu, true, true, false},
};

struct Sizes {
  std::string values;
  std::int64_t d_model, nhead, dim_feedforward;
};
const std::vector<Sizes> sizes = {{"cos", 4, 2, 8}, {"random", 8, 4, 10}};

// The largest difference, in units of the largest number if that is above 1.
double difference(const Tensor& ours, const Tensor& expected) {
  return max_abs_diff(ours.to(float64), expected) / std::max(1.0, max_abs(expected));
}

// What a variant is given: the inputs that it takes, and its masks.
struct Given {
  Variable src, tgt;
  nn::Mask causal, padding;
};

using Call = std::function<Variable(const Given&)>;

// The module's output and gradients are PyTorch's.
void check_against_pytorch(const std::string& size, const std::string& kind, const Variant& variant,
                           nn::Module& module, DType dtype, const Call& call) {
  const std::string at = size + '/' + kind + '/' + variant.name;
  CAPTURE(at);
  CAPTURE(dtype);
  const double tolerance = dtype == float32 ? 1e-5 : 1e-10;
  module.load_state_dict(nn::from_pytorch(numbers_under(size + '/' + kind + "/state/")));
  const Given given{Variable(numbers(size + "/src").to(dtype), true),
                    Variable(numbers(size + "/tgt").to(dtype), true),
                    variant.causal ? nn::Mask::causal() : nn::Mask(),
                    variant.padding ? nn::Mask::padding(numbers(size + "/lengths")) : nn::Mask()};
  const Variable out = call(given);
  CHECK(difference(out.value(), numbers(at + "/out")) < tolerance);

  out.backward(cos(arange(0, out.value().numel()).to(float64)).value().reshape(out.shape()).to(dtype));
  for (const auto& [name, gradient] : numbers_under(at + "/grad_of/")) {
    CAPTURE(name);
    CHECK(difference((name == "tgt" ? given.tgt : given.src).grad(), gradient) < tolerance);
  }
  NamedTensors gradients;
  for (const auto& [name, parameter] : module.named_parameters())
    gradients.emplace_back(name, parameter.grad());
  const NamedTensors in_pytorch = nn::to_pytorch(gradients);
  CHECK(in_pytorch.size() == numbers_under(at + "/grad/").size());
  for (const auto& [name, gradient] : in_pytorch) {
    CAPTURE(name);
    CHECK(difference(gradient, numbers(at + "/grad/" + name)) < tolerance);
  }
}

}  // namespace

TEST_CASE("the transformer modules give PyTorch's outputs and gradients from PyTorch's weights") {
  for (const DType dtype : {float32, float64}) {
    for (const auto& [size, D, H, d_hidden] : sizes) {
      for (const Variant& variant : variants) {
        for (const bool fused : {false, true}) {
          const nn::TransformerLayerOptions options{.dim_feedforward = d_hidden,
                                                    .dropout = 0,
                                                    .activation = variant.activation,
                                                    .norm_first = variant.norm_first,
                                                    .fused_attention = fused,
                                                    .dtype = dtype};
          const nn::LayerNormOptions norm{.dtype = dtype};
          nn::TransformerEncoderLayer encoder_layer(D, H, options);
          check_against_pytorch(
              size, "encoder_layer", variant, encoder_layer, dtype,
              [&](const Given& given) { return encoder_layer(given.src, given.causal & given.padding); });
          nn::TransformerDecoderLayer decoder_layer(D, H, options);
          check_against_pytorch(size, "decoder_layer", variant, decoder_layer, dtype,
                                [&](const Given& given) {
                                  return decoder_layer(given.tgt, given.src, given.causal, given.padding);
                                });
          nn::TransformerEncoder encoder(D, H, 2, options, nn::LayerNorm(D, norm));
          check_against_pytorch(size, "encoder", variant, encoder, dtype, [&](const Given& given) {
            return encoder(given.src, given.causal & given.padding);
          });
          nn::TransformerDecoder decoder(D, H, 2, options, nn::LayerNorm(D, norm));
          check_against_pytorch(size, "decoder", variant, decoder, dtype, [&](const Given& given) {
            return decoder(given.tgt, given.src, given.causal, given.padding);
          });
          nn::Transformer transformer(D, H, 2, 1, options);
          check_against_pytorch(size, "transformer", variant, transformer, dtype, [&](const Given& given) {
            return transformer(given.src, given.tgt, given.padding, given.causal, given.padding);
          });
        }
      }
    }
  }
}

TEST_CASE("initial values of the transformer modules are PyTorch's, drawn in its order") {
  manual_seed(0);
  const nn::Transformer transformer(8, 2, 2, 2, {.dim_feedforward = 12});
  const nn::TransformerEncoder encoder(8, 2, 2, {.dim_feedforward = 12});
  CHECK(equal(rand({3}), numbers("init/next")));
  const auto check = [](const nn::Module& module, const std::string& prefix) {
    const NamedTensors state = nn::to_pytorch(module.state_dict());
    CHECK(state.size() == numbers_under(prefix).size());
    for (const auto& [name, tensor] : state) {
      CAPTURE(name);
      CHECK(equal(tensor, numbers(prefix + name)));
    }
  };
  check(transformer, "init/transformer/");
  check(encoder, "init/encoder/");
}

TEST_CASE("a transformer's defaults are PyTorch's") {
  const nn::TransformerEncoderLayer layer(8, 2);
  CHECK(layer.linear1.weight.shape() == Shape{2048, 8});
  CHECK_FALSE(layer.norm_first);
  CHECK(layer.activation == nn::Activation::relu);
  CHECK(layer.norm1.eps == 1e-5);
  const nn::Transformer transformer(8, 2, 6, 6, {.dim_feedforward = 4});
  CHECK(transformer.encoder.layers.size() == 6);
  CHECK(transformer.decoder.layers.size() == 6);
  CHECK(transformer.decoder.norm.has_value());
}

TEST_CASE("a transformer without bias has no bias, in norms neither") {
  const nn::Transformer transformer(8, 2, 1, 1, {.dim_feedforward = 4, .bias = false});
  for (const auto& [name, parameter] : transformer.named_parameters()) {
    CAPTURE(name);
    CHECK(name.ends_with("weight"));
  }
  CHECK(transformer.num_parameters() == (4 + 8) * 8 * 8 + 2 * 2 * 8 * 4 + (2 + 3 + 2) * 8);
}

TEST_CASE("an item whose keys are padding only gets the attention's bias, and finite gradients") {
  nn::TransformerEncoderLayer layer(8, 2, {.dim_feedforward = 4, .dropout = 0});
  nn::init::uniform_(layer.self_attn.W_o.bias);
  const Variable x(randn({2, 3, 8}), true);
  const Variable out = layer(x, nn::Mask::padding(tensor({0, 3})));
  const Variable first = layer.norm1(x[0] + layer.self_attn.W_o.bias);  // (T, D)
  const Variable expected = layer.norm2(first + layer.linear2(relu(layer.linear1(first))));
  CHECK(max_abs_diff(out[0].value(), expected.value()) < 1e-6);
  CHECK(max_abs_diff(out[1].value(), layer(x.value().slice(0, 1)).value()[0]) < 1e-6);
  const Tensor gradient = grad({sum(out * out)}, {x})[0].value();
  CHECK(max_abs_diff(gradient[0], grad({sum(expected * expected)}, {x})[0].value()[0]) < 1e-5);
  CHECK(max_abs(gradient[1]) > 0);
}

TEST_CASE("a transformer of sizes 0 and 1") {
  const nn::Transformer transformer(4, 2, 1, 1, {.dim_feedforward = 3, .dropout = 0});
  CHECK(transformer(zeros({0, 3, 4}), zeros({0, 2, 4})).shape() == Shape{0, 2, 4});
  CHECK(transformer(zeros({2, 3, 4}), zeros({2, 0, 4})).shape() == Shape{2, 0, 4});
  CHECK(transformer(zeros({1, 1, 4}), zeros({1, 1, 4}), nn::Mask(), nn::Mask::causal()).shape() ==
        Shape{1, 1, 4});
  const nn::TransformerEncoder empty(4, 2, 0);
  const Tensor x = randn({1, 2, 4});
  CHECK(equal(empty(x).value(), x));
}

TEST_CASE("each dropout of a transformer layer drops in training, and in training only") {
  manual_seed(4);
  nn::TransformerEncoderLayer e(8, 2, {.dim_feedforward = 4});
  nn::TransformerDecoderLayer d(8, 2, {.dim_feedforward = 4});
  const Tensor x = randn({1, 3, 8});
  const auto check = [](nn::Module& layer, const std::vector<nn::Dropout*>& dropouts, const auto& call) {
    for (nn::Dropout* dropout : dropouts) {
      CHECK(dropout->p == 0.1);
      dropout->p = 0;
    }
    CHECK(equal(call(), call()));
    for (nn::Dropout* dropout : dropouts) {
      dropout->p = 0.5;
      CHECK_FALSE(equal(call(), call()));
      layer.eval();
      CHECK(equal(call(), call()));
      layer.train();
      dropout->p = 0;
    }
  };
  check(e, {&e.self_attn.dropout, &e.dropout, &e.dropout1, &e.dropout2}, [&] { return e(x).value(); });
  check(d,
        {&d.self_attn.dropout, &d.multihead_attn.dropout, &d.dropout, &d.dropout1, &d.dropout2, &d.dropout3},
        [&] { return d(x, x).value(); });
}

TEST_CASE("a transformer's gradients against finite differences") {
  manual_seed(3);
  nn::Transformer transformer(4, 2, 1, 1,
                              {.dim_feedforward = 3, .dropout = 0, .activation = nn::Activation::gelu});
  const auto result = gradcheck(transformer, {randn({2, 3, 4}), randn({2, 2, 4})});
  CHECK_MESSAGE(result, result.message());
}

TEST_CASE("errors of transformer modules name the rule, the shapes and the module") {
  CHECK_THROWS_TEXT(nn::TransformerEncoderLayer(6, 4),
                    "[MultiHeadAttention] d_model 6 is not divisible by num_heads 4");
  CHECK_THROWS_TEXT(nn::TransformerEncoder(4, 2, -1),
                    "[TransformerEncoder] num_layers must not be negative, got -1");
  CHECK_THROWS_TEXT(nn::TransformerDecoder(4, 2, -1),
                    "[TransformerDecoder] num_layers must not be negative, got -1");
  CHECK_THROWS_TEXT(nn::TransformerDecoderLayer(4, 2, {.dropout = 2}), "[Dropout]");
  CHECK_THROWS_TEXT(nn::TransformerDecoderLayer(4, 2, {.dim_feedforward = -1}), "[Linear]");
  CHECK_THROWS_TEXT(nn::TransformerDecoderLayer(4, 2, {.dtype = int64}), "floating");
  const nn::Transformer transformer(4, 2, 1, 1, {.dim_feedforward = 3});
  CHECK_THROWS_TEXT(
      transformer(zeros({1, 3, 5}), zeros({1, 2, 4})),
      "[Transformer] src must be (B, S, 4) and tgt (B, T, 4): got src (1, 3, 5), tgt (1, 2, 4)");
  CHECK_THROWS_TEXT(transformer(zeros({2, 3, 4}), zeros({1, 2, 4})), "[Transformer] src must be");
  CHECK_THROWS_TEXT(transformer.decoder(zeros({1, 2, 4}), zeros({1, 3, 5})), "(in layers.0.multihead_attn");
}
