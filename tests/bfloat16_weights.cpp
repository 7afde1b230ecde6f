// Weights that are stored in bfloat16, for generation.
#include "support.hpp"

#include <filesystem>
#include <vector>

#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

nn::GPT small_gpt() { return nn::GPT({.vocab_size = 20, .context = 16, .d_model = 16}); }

// Rounds the weights of products as they would be stored, and keeps them float32.
void round_weights(const nn::Module& model) {
  for (const auto& [name, p] : model.named_parameters()) {
    if (p.dim() == 2 && name != "position.weight") p.value().copy_(p.value().to(bfloat16));
  }
}

}  // namespace

TEST_CASE("bfloat16 weights: a layer gives the result of mixed precision, without the guard") {
  manual_seed(0);
  nn::Sequential layers(nn::Linear(12, 30), nn::GELU(), nn::Linear(30, 7));
  const Tensor x = randn({5, 12});
  Tensor expected;
  {
    const MixedPrecision guard;
    expected = layers(x).value();
  }
  nn::store_weights_in_bfloat16(layers);
  CHECK(equal(layers(x).value(), expected));
  const Tensor one_row = layers(x.select(0, 2)).value();  // another kernel, for decoding
  CHECK(max_abs_diff(one_row, expected.select(0, 2)) < 1e-5);
}

TEST_CASE("bfloat16 weights: those of Linear alone, and a table that shares one") {
  manual_seed(0);
  const nn::GPT model = small_gpt();
  nn::store_weights_in_bfloat16(model);
  for (const auto& [name, p] : model.named_parameters()) {
    CAPTURE(name);
    const bool is_stored = p.dim() == 2 && name != "position.weight";
    CHECK(p.dtype() == (is_stored ? bfloat16 : float32));
    CHECK(p.requires_grad() == !is_stored);
  }
  CHECK(model.token.weight.is(model.head.weight));
  const Tensor rows = embedding(tensor({3, 1}), model.token.weight);
  CHECK(equal(rows.select(0, 1), model.token.weight.value().to(float32).select(0, 1)));
  nn::store_weights_in_bfloat16(model);  // a second time changes nothing
  CHECK(model.head.weight.dtype() == bfloat16);
}

TEST_CASE("bfloat16 weights: a GPT generates what it does with rounded weights") {
  manual_seed(0);
  const nn::GPT model = small_gpt();
  for (const Variable& p : model.parameters()) p.value().mul_(10);  // so that the logits differ
  round_weights(model);
  const std::vector<std::vector<std::int64_t>> prompt{{1, 2, 3}};
  const auto tokens = [&] { return nn::generate(model, prompt, {.max_new_tokens = 10})[0].tokens; };
  const Tensor input = tensor({{1, 2, 3, 4}});
  model.head.weight.requires_grad_();
  const NoGradGuard no_grad;
  const Tensor exact = model(input).value();
  const auto expected = tokens();
  nn::store_weights_in_bfloat16(model);
  CHECK(max_abs_diff(model(input).value(), exact) < 0.02 * max_abs(exact));  // activations are rounded too
  CHECK(tokens() == expected);
}

TEST_CASE("bfloat16 weights: saved, loaded, converted back and refused") {
  manual_seed(0);
  const nn::GPT model = small_gpt(), other = small_gpt();
  nn::store_weights_in_bfloat16(model);
  const std::filesystem::path path = "bfloat16_weights.safetensors";
  model.save(path);
  other.load(path);  // as float32
  CHECK(equal(other.head.weight.value(), model.head.weight.value().to(float32)));
  other.token.weight.value().fill_(0);
  nn::store_weights_in_bfloat16(other);
  other.load(path);
  CHECK(equal(other.head.weight.value(), model.head.weight.value()));
  std::filesystem::remove(path);
  nn::Linear layer(3, 2);
  const Tensor before = layer.weight.value().clone();
  nn::store_weights_in_bfloat16(layer);
  layer.to(float32);
  CHECK(equal(layer.weight.value(), before.to(bfloat16).to(float32)));
  CHECK_THROWS_TEXT(layer.to(bfloat16), "[to] a module becomes float32 or float64, not bfloat16; nn::store_");
  layer.to(float64);
  CHECK_THROWS_TEXT(nn::store_weights_in_bfloat16(layer), "a Linear's weight (2, 3) is float64");
  CHECK(layer.weight.dtype() == float64);
  nn::Sequential two(nn::Linear(3, 2), nn::Linear(2, 2, {.dtype = float64}));
  CHECK_THROWS_TEXT(nn::store_weights_in_bfloat16(two), "float64");
  CHECK(two.at<nn::Linear>(0).weight.dtype() == float32);  // all or nothing
}
