// Activations as modules: each is the op of its name, alone and in a Sequential.
#include <xgrad/nn/activations.hpp>

#include <memory>
#include <sstream>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/sequential.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

const Tensor x = tensor({{-4.0, -0.5, 0.0}, {0.5, 3.0, 25.0}}, float64);

template <class M>
void check_module(M&& module, const Variable& expected, const std::string& printed) {
  CAPTURE(printed);
  CHECK(equal(module(x).value(), expected.value()));
  CHECK(module.parameters().empty());
  std::ostringstream text;
  text << module;
  CHECK(text.str() == printed + "\n0 parameters\n");
  const nn::Sequential steps(std::move(module));
  CHECK(equal(steps(x).value(), expected.value()));
}

}  // namespace

TEST_CASE("an activation module is its op, and prints its options") {
  check_module(nn::ReLU(), relu(x), "ReLU()");
  check_module(nn::SiLU(), silu(x), "SiLU()");
  check_module(nn::Mish(), mish(x), "Mish()");
  check_module(nn::Tanh(), tanh(x), "Tanh()");
  check_module(nn::Sigmoid(), sigmoid(x), "Sigmoid()");
  check_module(nn::LogSigmoid(), logsigmoid(x), "LogSigmoid()");
  check_module(nn::SELU(), selu(x), "SELU()");
  check_module(nn::Hardswish(), hardswish(x), "Hardswish()");
  check_module(nn::GELU(), gelu(x), "GELU(approximate=none)");
  check_module(nn::GELU(Gelu::tanh), gelu(x, Gelu::tanh), "GELU(approximate=tanh)");
  check_module(nn::ELU(), elu(x), "ELU(alpha=1)");
  check_module(nn::ELU(0.5), elu(x, 0.5), "ELU(alpha=0.5)");
  check_module(nn::LeakyReLU(), leaky_relu(x), "LeakyReLU(negative_slope=0.01)");
  check_module(nn::LeakyReLU(0.2), leaky_relu(x, 0.2), "LeakyReLU(negative_slope=0.2)");
  check_module(nn::Softplus(), softplus(x), "Softplus(beta=1, threshold=20)");
  check_module(nn::Softplus(2, 5), softplus(x, 2, 5), "Softplus(beta=2, threshold=5)");
  check_module(nn::Softmax(0), softmax(x, 0), "Softmax(dim=0)");
  check_module(nn::Softmax(-1), softmax(x, -1), "Softmax(dim=-1)");
}

TEST_CASE("an error in an activation module names its place") {
  const nn::Sequential steps(nn::ReLU(), nn::Softmax(2));
  CHECK_THROWS_TEXT(steps(x), "(in 1)");
}
