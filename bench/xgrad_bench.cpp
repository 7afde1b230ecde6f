// xgrad's side of the benchmark: the rows of rows.hpp over the public API.

#include <functional>
#include <memory>
#include <string>

#include <xgrad/xgrad.hpp>

#include "measure.hpp"
#include "rows.hpp"

using namespace xgrad;
using Work = std::function<void()>;

namespace {

void attention_rows() {
  for (const bench::Attention& a : bench::attentions) {
    const auto parts = [a] {
      auto mha = std::make_shared<nn::MultiHeadAttention>(a.d, a.H);
      return std::pair(mha, Variable(randn({a.B, a.T, a.d}), /*requires_grad=*/true));
    };
    bench::row(std::string("attention_fwd/") + a.name, bench::flops(a), [parts]() -> Work {
      auto [mha, x] = parts();
      return [mha = mha, x = x] {
        const NoGradGuard no_grad;
        benchmark::DoNotOptimize((*mha)(x, x, x));
      };
    });
    bench::row(std::string("attention_fwdbwd/") + a.name, 3 * bench::flops(a), [parts]() -> Work {
      auto [mha, x] = parts();
      return [mha = mha, x = x, parameters = mha->parameters()] {
        for (const Variable& parameter : parameters) parameter.zero_grad();
        x.zero_grad();
        sum((*mha)(x, x, x)).backward();
      };
    });
  }
}

void step_rows() {
  for (const bench::Step& s : bench::steps) {
    bench::row(std::string("step/") + s.name, bench::flops(s), [s]() -> Work {
      auto model = std::make_shared<nn::GPT>(nn::GPTOptions{.vocab_size = s.V,
                                                            .context = s.T,
                                                            .d_model = s.d,
                                                            .num_layers = s.L,
                                                            .num_heads = s.H,
                                                            .tied_head = true});
      auto optimizer = std::make_shared<optim::AdamW>(model->parameters(), optim::AdamWOptions{.lr = 1e-4});
      const Tensor tokens = randint(0, s.V, {s.B, s.T}), targets = randint(0, s.V, {s.B * s.T});
      return [=] {
        optimizer->zero_grad();
        cross_entropy((*model)(tokens).reshape({-1, s.V}), targets).backward();
        optimizer->step();
      };
    });
  }
}

void op(const std::string& name, std::function<Variable()> f, double flops = 0) {
  bench::row("op/" + name, flops, [f]() -> Work {
    return [f] {
      const NoGradGuard no_grad;
      benchmark::DoNotOptimize(f());
    };
  });
}

void op_rows() {
  for (const bench::Size& s : bench::sizes) {
    const std::string size = std::string("/") + s.name;
    const Variable x(randn({s.M, s.N})), row(randn({s.N})), column(randn({s.M, 1}));
    const Tensor targets = randint(0, s.N, {s.M});
    op("softmax" + size, [=] { return softmax(x, -1); });
    op("layer_norm" + size, [=] { return layer_norm(x, row, row); });
    op("gelu" + size, [=] { return gelu(x); });
    op("cross_entropy" + size, [=] { return cross_entropy(x, targets); });
    op("transpose_copy" + size, [=] { return Variable(x.value().mT().contiguous()); });
    op("add" + size, [=] { return x + x; });
    op("add_row" + size, [=] { return x + row; });
    op("add_column" + size, [=] { return x + column; });
    op("sum_rows" + size, [=] { return sum(x, {0}); });
    op("sum_columns" + size, [=] { return sum(x, {1}); });
    op("sum" + size, [=] { return sum(x); });
  }
  for (const bench::Size& s : bench::matmul_sizes) {
    const Variable a(randn({s.M, s.N})), b(randn({s.N, s.M}));
    op(
        std::string("matmul/") + s.name, [=] { return matmul(a, b); },
        2.0 * static_cast<double>(s.M * s.M * s.N));
  }
}

}  // namespace

int main(int argc, char** argv) {
  manual_seed(0);
  attention_rows();
  step_rows();
  op_rows();
  return bench::run(argc, argv);
}
