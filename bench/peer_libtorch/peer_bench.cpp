// libtorch's side of the benchmark: the rows of rows.hpp in its C++ frontend.

#include <functional>
#include <string>

#include "../measure.hpp"
#include "model.hpp"

using Work = std::function<void()>;
namespace F = torch::nn::functional;

namespace {

void attention_rows() {
  for (const bench::Attention& a : bench::attentions) {
    bench::row(std::string("attention_fwd/") + a.name, bench::flops(a), [a]() -> Work {
      auto mha = std::make_shared<PeerAttention>(a.d, a.H);
      const auto x = torch::randn({a.B, a.T, a.d});
      return [=] {
        const torch::NoGradGuard no_grad;
        benchmark::DoNotOptimize(mha->forward(x));
      };
    });
    bench::row(std::string("attention_fwdbwd/") + a.name, 3 * bench::flops(a), [a]() -> Work {
      auto mha = std::make_shared<PeerAttention>(a.d, a.H);
      auto x = torch::randn({a.B, a.T, a.d}, torch::requires_grad());
      return [=, parameters = mha->parameters()]() mutable {
        for (auto& parameter : parameters) parameter.mutable_grad().reset();
        x.mutable_grad().reset();
        mha->forward(x).sum().backward();
      };
    });
  }
}

void step_rows() {
  for (const bench::Step& s : bench::steps) {
    bench::row(std::string("step/") + s.name, bench::flops(s), [s]() -> Work {
      auto model = std::make_shared<PeerGPT>(s);
      auto optimizer =
          std::make_shared<torch::optim::AdamW>(model->parameters(), torch::optim::AdamWOptions(1e-4));
      const auto tokens = torch::randint(0, s.V, {s.B, s.T}), targets = torch::randint(0, s.V, {s.B * s.T});
      return [=] {
        for (auto& parameter : model->parameters()) parameter.mutable_grad().reset();
        F::cross_entropy(model->forward(tokens).view({-1, s.V}), targets).backward();
        optimizer->step();
      };
    });
  }
}

void op(const std::string& name, std::function<torch::Tensor()> f, double flops = 0) {
  bench::row("op/" + name, flops, [f]() -> Work {
    return [f] {
      const torch::NoGradGuard no_grad;
      benchmark::DoNotOptimize(f());
    };
  });
}

void op_rows() {
  for (const bench::Size& s : bench::sizes) {
    const std::string size = std::string("/") + s.name;
    const auto x = torch::randn({s.M, s.N}), row = torch::randn({s.N}), column = torch::randn({s.M, 1});
    const auto targets = torch::randint(0, s.N, {s.M});
    op("softmax" + size, [=] { return torch::softmax(x, -1); });
    op("layer_norm" + size, [=] { return torch::layer_norm(x, {s.N}, row, row); });
    op("gelu" + size, [=] { return torch::gelu(x); });
    op("cross_entropy" + size, [=] { return F::cross_entropy(x, targets); });
    op("transpose_copy" + size, [=] { return x.t().contiguous(); });
    op("add" + size, [=] { return x + x; });
    op("add_row" + size, [=] { return x + row; });
    op("add_column" + size, [=] { return x + column; });
    op("sum_rows" + size, [=] { return x.sum(0); });
    op("sum_columns" + size, [=] { return x.sum(1); });
    op("sum" + size, [=] { return x.sum(); });
  }
  for (const bench::Size& s : bench::matmul_sizes) {
    const auto a = torch::randn({s.M, s.N}), b = torch::randn({s.N, s.M});
    op(
        std::string("matmul/") + s.name, [=] { return torch::matmul(a, b); },
        2.0 * static_cast<double>(s.M * s.M * s.N));
  }
}

}  // namespace

int main(int argc, char** argv) {
  torch::manual_seed(0);
  attention_rows();
  step_rows();
  op_rows();
  return bench::run(argc, argv);
}
