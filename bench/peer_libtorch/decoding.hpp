#pragma once

// The GPT of model.hpp reads token by token, with memory for the keys and values of the whole context.

#include <memory>
#include <string_view>
#include <vector>

#include "model.hpp"

inline std::shared_ptr<PeerGPT> gpt_with_drawn_weights(const bench::Decoding& x) {
  auto model = std::make_shared<PeerGPT>(bench::Step{x.name, 1, x.context, x.V, x.d, x.H, x.L});
  const torch::NoGradGuard no_grad;
  bench::WeightDraws draws;
  for (const auto& p : model->parameters()) {
    if (p.dim() == 2) draws.fill(p.data_ptr<float>(), p.numel(), p.size(1));
  }
  for (const auto& item : model->named_parameters()) {
    if (std::string_view(item.key()).ends_with("bias")) item.value().zero_();
  }
  model->eval();
  return model;
}

struct PeerDecoder {
  struct Layer {
    torch::Tensor W_qkv, b_qkv;  // the three projections as one product
    torch::Tensor keys, values;  // (1, H, context, d/H)
  };

  std::int64_t H, length = 0;
  std::shared_ptr<PeerGPT> model;
  std::vector<Layer> layers;

  explicit PeerDecoder(const bench::Decoding& x) : H(x.H), model(gpt_with_drawn_weights(x)) {
    for (const auto& block : model->blocks) {
      const auto& a = *block->attention;
      const auto memory = [&] { return torch::zeros({1, H, x.context, x.d / H}); };
      layers.push_back({torch::cat({a.W_q->weight, a.W_k->weight, a.W_v->weight}),
                        torch::cat({a.W_q->bias, a.W_k->bias, a.W_v->bias}), memory(), memory()});
    }
  }

  // One more token (1) → the likeliest next one.
  std::int64_t next(std::int64_t token) {
    auto x =
        model->token->weight.select(0, token).unsqueeze(0) + model->position->weight.narrow(0, length, 1);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      PeerBlock& block = *model->blocks[i];
      x = x + attend(*block.attention, layers[i], block.norm1(x));
      x = x + block.project(torch::gelu(block.expand(block.norm2(x))));
    }
    ++length;
    return at::linear(model->norm(x), model->token->weight).argmax(-1).item<std::int64_t>();
  }

  torch::Tensor attend(PeerAttention& attention, const Layer& layer, const torch::Tensor& x) const {
    const auto D = x.size(-1), d = D / H;
    const auto qkv = at::linear(x, layer.W_qkv, layer.b_qkv).view({3, 1, H, 1, d}).unbind(0);
    layer.keys.narrow(2, length, 1).copy_(qkv[1]);
    layer.values.narrow(2, length, 1).copy_(qkv[2]);
    const auto keys = layer.keys.narrow(2, 0, length + 1), values = layer.values.narrow(2, 0, length + 1);
    const double scale = 1 / std::sqrt(static_cast<double>(d));
    const auto weights = torch::softmax(torch::matmul(qkv[0] * scale, keys.transpose(-2, -1)), -1);
    return attention.W_o(torch::matmul(weights, values).view({1, D}));
  }
};
