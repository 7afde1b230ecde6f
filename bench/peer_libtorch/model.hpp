#pragma once

// The same attention and GPT in libtorch's C++ frontend, composed of the same operations.

#include <torch/torch.h>
#include <torch/version.h>

#include <cmath>
#include <limits>

#include "../rows.hpp"

#define PEER_HAS_AUTOCAST (TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4))

#if PEER_HAS_AUTOCAST
#include <ATen/autocast_mode.h>

// torch.autocast("cpu", dtype=torch.bfloat16), which the C++ frontend has in parts only.
class Autocast {
 public:
  Autocast() {
    at::autocast::set_autocast_enabled(at::kCPU, true);
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::increment_nesting();
  }
  ~Autocast() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCPU, false);
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
};
#endif

struct PeerAttention : torch::nn::Module {
  torch::nn::Linear W_q, W_k, W_v, W_o;
  std::int64_t H;
  bool fused;  // libtorch 2's scaled_dot_product_attention instead of its parts

  PeerAttention(std::int64_t d, std::int64_t H, bool fused = false)
      : W_q(d, d), W_k(d, d), W_v(d, d), W_o(d, d), H(H), fused(fused) {
    register_module("W_q", W_q);
    register_module("W_k", W_k);
    register_module("W_v", W_v);
    register_module("W_o", W_o);
  }

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask = {}) {
    const auto B = x.size(0), T = x.size(1), D = x.size(2);
    const auto split = [&](const torch::Tensor& y) { return y.view({B, T, H, D / H}).transpose(1, 2); };
    const auto q = split(W_q(x)), k = split(W_k(x)), v = split(W_v(x));
    const auto join = [&](const torch::Tensor& context) {
      return context.transpose(1, 2).reshape({B, T, D});
    };
#if TORCH_VERSION_MAJOR >= 2
    if (fused) {
      const auto added = mask.defined() ? c10::optional<torch::Tensor>(mask) : c10::nullopt;
      return W_o(join(torch::scaled_dot_product_attention(q, k, v, added)));
    }
#endif
    auto scores = torch::matmul(q, k.transpose(-2, -1)) * (1 / std::sqrt(static_cast<double>(D / H)));
    if (mask.defined()) scores = scores + mask;
    return W_o(join(torch::matmul(torch::softmax(scores, -1), v)));
  }
};

struct PeerBlock : torch::nn::Module {
  torch::nn::LayerNorm norm1, norm2;
  std::shared_ptr<PeerAttention> attention;
  torch::nn::Linear expand, project;

  PeerBlock(std::int64_t d, std::int64_t H)
      : norm1(torch::nn::LayerNormOptions({d})),
        norm2(torch::nn::LayerNormOptions({d})),
        attention(std::make_shared<PeerAttention>(d, H)),
        expand(d, 4 * d),
        project(4 * d, d) {
    register_module("norm1", norm1);
    register_module("attention", attention);
    register_module("norm2", norm2);
    register_module("expand", expand);
    register_module("project", project);
  }

  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask) {
    const auto y = x + attention->forward(norm1(x), mask);
    return y + project(torch::gelu(expand(norm2(y))));
  }
};

struct PeerGPT : torch::nn::Module {
  torch::nn::Embedding token, position;
  std::vector<std::shared_ptr<PeerBlock>> blocks;
  torch::nn::LayerNorm norm;
  torch::Tensor mask;

  explicit PeerGPT(const bench::Step& s)
      : token(s.V, s.d), position(s.T, s.d), norm(torch::nn::LayerNormOptions({s.d})) {
    register_module("token", token);
    register_module("position", position);
    for (std::int64_t i = 0; i < s.L; ++i) {
      blocks.push_back(register_module("block" + std::to_string(i), std::make_shared<PeerBlock>(s.d, s.H)));
    }
    register_module("norm", norm);
    mask = torch::full({s.T, s.T}, -std::numeric_limits<float>::infinity()).triu(1);
  }

  torch::Tensor forward(const torch::Tensor& tokens) {
    const auto T = tokens.size(1);
    auto x = token(tokens) + position->weight.narrow(0, 0, T);
    const auto seen = mask.narrow(0, 0, T).narrow(1, 0, T);
    for (const auto& block : blocks) x = block->forward(x, seen);
    return torch::matmul(norm(x), token->weight.t());  // the tied head
  }
};
