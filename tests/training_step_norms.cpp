// The norms of gradients and updates of each layer.

#include <cmath>
#include <map>

#include <doctest/doctest.h>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/training/step_norms.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

struct Model : nn::Callable<Model> {
  nn::Linear first{2, 1};
  nn::ModuleList<nn::Linear> blocks;
  Model() {
    blocks.emplace_back(1, 2, nn::LinearOptions{.bias = false});
    blocks.emplace_back(2, 1, nn::LinearOptions{.bias = false});
  }
  Variable forward(const Variable& x) const { return x; }
  void visit(nn::Visitor& v) const override { v("first", first)("blocks", blocks); }
};

std::map<std::string, double> by_name(const training::Fields& fields) {
  std::map<std::string, double> named;
  for (const auto& [name, value] : fields) {
    if (name != "step") named[name] = std::get<double>(value);
  }
  return named;
}

}  // namespace

TEST_CASE("a layer is named by the first number in a parameter's name, or by its first part") {
  CHECK(training::layer_of("blocks.0.attention.W_q.weight") == "blocks.0");
  CHECK(training::layer_of("encoder.layers.12.norm1.bias") == "encoder.layers.12");
  CHECK(training::layer_of("token.weight") == "token");
  CHECK(training::layer_of("0.weight") == "0");
  CHECK(training::layer_of("layers.3") == "layers.3");
  CHECK(training::layer_of("weight") == "weight");
  CHECK(training::layer_of("") == "");
}

TEST_CASE("norms of gradients and updates are taken over the parameters of a layer") {
  Model model;
  // L = Σ 3 w + Σ 4 b, so every gradient of the weight is 3 and of the bias 4; blocks.0 has −2, blocks.1 none
  sum(model.first.weight * 3).backward();
  sum(model.first.bias * 4).backward();
  sum(model.blocks[0].weight * -2).backward();
  const training::StepNorms norms(model, 7);
  model.first.weight.grad().mul_(100);  // clipping comes later
  model.first.bias.value().add_(0.5);
  model.blocks[1].weight.value().select(1, 0).add_(-3);
  model.blocks[1].weight.value().select(1, 1).add_(4);

  const training::Fields fields = norms.fields();
  CHECK(training::json_line(fields).starts_with("{\"step\":7,\"grad_norm.first\":"));
  const auto named = by_name(fields);
  CHECK(named.size() == 6);
  CHECK(named.at("grad_norm.first") == doctest::Approx(std::sqrt(2 * 9 + 16)).epsilon(1e-7));
  CHECK(named.at("grad_norm.blocks.0") == doctest::Approx(std::sqrt(2 * 4)).epsilon(1e-7));
  CHECK(named.at("grad_norm.blocks.1") == 0);
  CHECK(named.at("update_norm.first") == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(named.at("update_norm.blocks.0") == 0);
  CHECK(named.at("update_norm.blocks.1") == doctest::Approx(5).epsilon(1e-6));
}
