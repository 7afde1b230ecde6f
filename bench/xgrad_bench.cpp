// xgrad's side of the benchmark: the rows of rows.hpp over the public API.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "measure.hpp"
#include "rows.hpp"
#include "training_step.hpp"

using namespace xgrad;
using Work = std::function<void()>;

namespace {

// The names come from `row`: attention_fwd/long, attention_fwdbwd/long
void attention_rows(const std::string& row, const bench::Attention& a, bool fused) {
  const auto parts = [a, fused] {
    auto mha =
        std::make_shared<nn::MultiHeadAttention>(a.d, a.H, nn::MultiHeadAttentionOptions{.fused = fused});
    return std::pair(mha, Variable(randn({a.B, a.T, a.d}), /*requires_grad=*/true));
  };
  bench::row(row + "_fwd/" + a.name, bench::flops(a), [parts]() -> Work {
    auto [mha, x] = parts();
    return [mha = mha, x = x] {
      const NoGradGuard no_grad;
      benchmark::DoNotOptimize((*mha)(x, x, x));
    };
  });
  bench::row(row + "_fwdbwd/" + a.name, 3 * bench::flops(a), [parts]() -> Work {
    auto [mha, x] = parts();
    return [mha = mha, x = x, parameters = mha->parameters()] {
      for (const Variable& parameter : parameters) parameter.zero_grad();
      x.zero_grad();
      sum((*mha)(x, x, x)).backward();
    };
  });
}

void step_rows() {
  for (const bench::Step& s : bench::steps) {
    bench::row(std::string("step/") + s.name, bench::flops(s),
               [s]() -> Work { return bench::training(s, {.lr = 1e-4}).step; });
    bench::row(std::string("step_bf16/") + s.name, bench::flops(s), [s]() -> Work {
      return [step = bench::training(s, {.lr = 1e-4}).step] {
        const MixedPrecision guard;
        step();
      };
    });
  }
  const bench::Step s = bench::recorded_step;
  bench::row(std::string("step_recorded/") + s.name, bench::flops(s),
             [s]() -> Work { return bench::recorded(bench::training(s, {.lr = 1e-4})).step; });
}

std::shared_ptr<nn::GPT> gpt_with_drawn_weights(const bench::Decoding& x) {
  auto model = std::make_shared<nn::GPT>(nn::GPTOptions{.vocab_size = x.V,
                                                        .context = x.context,
                                                        .d_model = x.d,
                                                        .num_layers = x.L,
                                                        .num_heads = x.H,
                                                        .tied_head = true});
  bench::WeightDraws draws;
  for (const Variable& p : model->parameters()) {
    if (p.dim() == 2) draws.fill(p.value().mutable_data<float>(), p.numel(), p.size(1));
  }
  model->eval();
  return model;
}

// `tokens` new tokens after a prompt that the cache has read.
void generate_rows() {
  for (const bench::Decoding& x : bench::decodings) {
    bench::tokens_row(std::string("generate/") + x.name, bench::flops(x), [x] {
      const NoGradGuard no_grad;
      auto model = gpt_with_drawn_weights(x);
      auto read = std::make_shared<nn::DecoderCache>(nn::DecoderCacheOptions{.capacity = x.context});
      std::vector<std::int64_t> prompt = bench::prompt_of(x);
      const std::int64_t last = prompt.back();
      prompt.pop_back();
      (*model)(tensor(prompt).unsqueeze(0), read.get());
      return [=] {
        nn::DecoderCache cache = *read;  // of the same memory, which holds the prompt
        const nn::NextToken next{.logits = [&](const Tensor& t) { return (*model)(t, &cache); },
                                 .reorder = [&](const Tensor& rows) { cache.reorder(rows); }};
        return nn::generate(next, {{last}}, {.max_new_tokens = x.tokens})[0].tokens;
      };
    });
  }
  for (const bench::Decoding& x : bench::uncached_decodings) {
    bench::tokens_row(std::string("generate_uncached/") + x.name, 0, [x] {
      return [x, model = gpt_with_drawn_weights(x)] {
        const NoGradGuard no_grad;
        std::vector<std::int64_t> tokens = bench::prompt_of(x);
        for (std::int64_t i = 0; i < x.tokens; ++i) {
          const Variable logits = (*model)(tensor(tokens).unsqueeze(0));  // (1, T, V)
          tokens.push_back(argmax(logits.value().select(1, -1), -1).item<std::int64_t>());
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
      const NoGradGuard no_grad;
      benchmark::DoNotOptimize(f());
    };
  });
}

void op_rows() {
  for (const bench::Size& s : bench::sizes) {
    const std::string size = std::string("/") + s.name;
    const auto on_matrix = [&](const char* name, auto f) {
      op(name + size, [s, f] { return [f, x = Variable(randn({s.M, s.N}))] { return f(x); }; });
    };
    const auto with_other = [&](const char* name, const Shape& other, auto f) {
      op(name + size, [s, other, f] {
        return [f, x = Variable(randn({s.M, s.N})), y = Variable(randn(other))] { return f(x, y); };
      });
    };
    on_matrix("softmax", [](const Variable& x) { return softmax(x, -1); });
    with_other("layer_norm", {s.N}, [](const Variable& x, const Variable& y) { return layer_norm(x, y, y); });
    on_matrix("gelu", [](const Variable& x) { return gelu(x); });
    on_matrix("sigmoid", [](const Variable& x) { return sigmoid(x); });
    on_matrix("logsumexp", [](const Variable& x) { return logsumexp(x, {-1}); });
    op("cross_entropy" + size, [s] {
      return [x = Variable(randn({s.M, s.N})), targets = randint(0, s.N, {s.M})] {
        return cross_entropy(x, targets);
      };
    });
    on_matrix("transpose_copy", [](const Variable& x) { return x.value().mT().contiguous(); });
    on_matrix("add", [](const Variable& x) { return x + x; });
    with_other("add_row", {s.N}, [](const Variable& x, const Variable& y) { return x + y; });
    with_other("add_column", {s.M, 1}, [](const Variable& x, const Variable& y) { return x + y; });
    on_matrix("sum_rows", [](const Variable& x) { return sum(x, {0}); });
    on_matrix("sum_columns", [](const Variable& x) { return sum(x, {1}); });
    on_matrix("sum", [](const Variable& x) { return sum(x); });
  }
  for (const bench::Size& s : bench::matmul_sizes) {
    const auto prepare = [s] {
      return [a = Variable(randn({s.M, s.N})), b = Variable(randn({s.N, s.M}))] { return matmul(a, b); };
    };
    const auto prepare_bfloat16 = [s] {
      return
          [a = randn({s.M, s.N}).to(bfloat16), b = randn({s.N, s.M}).to(bfloat16)] { return matmul(a, b); };
    };
    const double flops = 2.0 * static_cast<double>(s.M * s.M * s.N);
    op(std::string("matmul/") + s.name, prepare, flops);
    op(std::string("matmul_bf16/") + s.name, prepare_bfloat16, flops);
  }
}

}  // namespace

int main(int argc, char** argv) {
  manual_seed(0);
  for (const bench::Attention& a : bench::attentions) attention_rows("attention", a, /*fused=*/false);
  for (const bench::Attention& a : bench::fused_attentions)
    attention_rows("attention_fused", a, /*fused=*/true);
  step_rows();
  generate_rows();
  op_rows();
  return bench::run(argc, argv);
}
