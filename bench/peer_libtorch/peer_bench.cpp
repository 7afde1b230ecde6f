// libtorch's side of the benchmark: the rows of rows.hpp in its C++ frontend.

#include <functional>
#include <string>
#include <vector>

#include "../measure.hpp"
#include "decoding.hpp"
#include "model.hpp"

using Work = std::function<void()>;
namespace F = torch::nn::functional;

namespace {

void attention_rows(const std::string& row, const bench::Attention& a, bool fused) {
  bench::row(row + "_fwd/" + a.name, bench::flops(a), [a, fused]() -> Work {
    auto mha = std::make_shared<PeerAttention>(a.d, a.H, fused);
    const auto x = torch::randn({a.B, a.T, a.d});
    return [=] {
      const torch::NoGradGuard no_grad;
      benchmark::DoNotOptimize(mha->forward(x));
    };
  });
  bench::row(row + "_fwdbwd/" + a.name, 3 * bench::flops(a), [a, fused]() -> Work {
    auto mha = std::make_shared<PeerAttention>(a.d, a.H, fused);
    auto x = torch::randn({a.B, a.T, a.d}, torch::requires_grad());
    return [=, parameters = mha->parameters()]() mutable {
      for (auto& parameter : parameters) parameter.mutable_grad().reset();
      x.mutable_grad().reset();
      mha->forward(x).sum().backward();
    };
  });
}

// `loss_of(model, tokens, targets)` is the loss of the batch.
template <class Loss>
void step_row(const std::string& row, const bench::Step& s, const Loss& loss_of) {
  bench::row(row + s.name, bench::flops(s), [s, loss_of]() -> Work {
    auto model = std::make_shared<PeerGPT>(s);
    auto optimizer =
        std::make_shared<torch::optim::AdamW>(model->parameters(), torch::optim::AdamWOptions(1e-4));
    const auto tokens = torch::randint(0, s.V, {s.B, s.T}), targets = torch::randint(0, s.V, {s.B * s.T});
    return [=] {
      for (auto& parameter : model->parameters()) parameter.mutable_grad().reset();
      loss_of(*model, tokens, targets).backward();
      optimizer->step();
    };
  });
}

void step_rows() {
  const auto loss_of = [](PeerGPT& model, const torch::Tensor& tokens, const torch::Tensor& targets) {
    const auto logits = model.forward(tokens);
    return F::cross_entropy(logits.view({-1, logits.size(-1)}), targets);
  };
  for (const bench::Step& s : bench::steps) {
    step_row("step/", s, loss_of);
#if PEER_HAS_AUTOCAST
    step_row("step_bf16/", s, [loss_of](auto& model, const auto& tokens, const auto& targets) {
      const Autocast guard;
      return loss_of(model, tokens, targets);
    });
#endif
  }
}

// `tokens` new tokens after a prompt that the cache has read.
void generate_rows() {
  for (const bench::Decoding& x : bench::decodings) {
    bench::tokens_row(std::string("generate/") + x.name, bench::flops(x), [x] {
      const c10::InferenceMode no_grad;
      auto decoder = std::make_shared<PeerDecoder>(x);
      const std::vector<std::int64_t> prompt = bench::prompt_of(x);
      for (std::size_t i = 0; i + 1 < prompt.size(); ++i) decoder->next(prompt[i]);
      return [=] {
        const c10::InferenceMode inference;
        decoder->length = x.prompt - 1;
        std::vector<std::int64_t> tokens;
        std::int64_t token = prompt.back();
        while (static_cast<std::int64_t>(tokens.size()) < x.tokens)
          tokens.push_back(token = decoder->next(token));
        return tokens;
      };
    });
  }
  for (const bench::Decoding& x : bench::uncached_decodings) {
    bench::tokens_row(std::string("generate_uncached/") + x.name, 0, [x] {
      return [x, model = gpt_with_drawn_weights(x)] {
        const c10::InferenceMode inference;
        std::vector<std::int64_t> tokens = bench::prompt_of(x);
        for (std::int64_t i = 0; i < x.tokens; ++i) {
          const auto logits = model->forward(torch::tensor(tokens).unsqueeze(0));  // (1, T, V)
          tokens.push_back(logits.select(1, -1).argmax(-1).item<std::int64_t>());
        }
        return std::vector<std::int64_t>(tokens.begin() + x.prompt, tokens.end());
      };
    });
  }
}

// An op without its gradient. `prepare()` makes the operands and returns the op.
template <class Prepare>
void op(const std::string& name, const Prepare& prepare, double flops = 0) {
  bench::row("op/" + name, flops, [prepare]() -> Work {
    return [f = prepare()] {
      const torch::NoGradGuard no_grad;
      benchmark::DoNotOptimize(f());
    };
  });
}

void op_rows() {
  for (const bench::Size& s : bench::sizes) {
    const std::string size = std::string("/") + s.name;
    const auto on_matrix = [&](const char* name, auto f) {
      op(name + size, [s, f] { return [f, x = torch::randn({s.M, s.N})] { return f(x); }; });
    };
    const auto with_other = [&](const char* name, std::vector<std::int64_t> other, auto f) {
      op(name + size, [s, other, f] {
        return [f, x = torch::randn({s.M, s.N}), y = torch::randn(other)] { return f(x, y); };
      });
    };
    using torch::Tensor;
    on_matrix("softmax", [](const Tensor& x) { return torch::softmax(x, -1); });
    with_other("layer_norm", {s.N},
               [](const Tensor& x, const Tensor& y) { return torch::layer_norm(x, {y.size(0)}, y, y); });
    on_matrix("gelu", [](const Tensor& x) { return torch::gelu(x); });
    on_matrix("sigmoid", [](const Tensor& x) { return torch::sigmoid(x); });
    on_matrix("logsumexp", [](const Tensor& x) { return torch::logsumexp(x, -1); });
    op("cross_entropy" + size, [s] {
      return [x = torch::randn({s.M, s.N}), targets = torch::randint(0, s.N, {s.M})] {
        return F::cross_entropy(x, targets);
      };
    });
    on_matrix("transpose_copy", [](const Tensor& x) { return x.t().contiguous(); });
    on_matrix("add", [](const Tensor& x) { return x + x; });
    with_other("add_row", {s.N}, [](const Tensor& x, const Tensor& y) { return x + y; });
    with_other("add_column", {s.M, 1}, [](const Tensor& x, const Tensor& y) { return x + y; });
    on_matrix("sum_rows", [](const Tensor& x) { return x.sum(0); });
    on_matrix("sum_columns", [](const Tensor& x) { return x.sum(1); });
    on_matrix("sum", [](const Tensor& x) { return x.sum(); });
  }
  for (const bench::Size& s : bench::matmul_sizes) {
    const auto prepare = [s] {
      return [a = torch::randn({s.M, s.N}), b = torch::randn({s.N, s.M})] { return torch::matmul(a, b); };
    };
    op(std::string("matmul/") + s.name, prepare, 2.0 * static_cast<double>(s.M * s.M * s.N));
  }
}

}  // namespace

int main(int argc, char** argv) {
  torch::manual_seed(0);
  for (const bench::Attention& a : bench::attentions) attention_rows("attention", a, /*fused=*/false);
#if TORCH_VERSION_MAJOR >= 2
  for (const bench::Attention& a : bench::fused_attentions)
    attention_rows("attention_fused", a, /*fused=*/true);
#endif
  step_rows();
  generate_rows();
  op_rows();
  return bench::run(argc, argv);
}
