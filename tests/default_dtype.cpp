// What takes the default dtype and what does not, as in torch.set_default_dtype.
#include "support.hpp"

#include <sstream>
#include <thread>
#include <vector>

#include <xgrad/core/base/default_dtype.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/nn/norm.hpp>

using namespace xgrad;

TEST_CASE("factories and literals of floating numbers take the default dtype") {
  const DefaultDtypeGuard guard(float64);
  const struct {
    const char* name;
    Tensor made;
    DType dtype;
  } table[] = {
      {"empty", empty({2}), float64},
      {"zeros", zeros({2}), float64},
      {"ones", ones({2}), float64},
      {"eye", eye(2), float64},
      {"rand", rand({2}), float64},
      {"randn", randn({2}), float64},
      {"full", full({2}, 0.5), float64},
      {"full of an integer", full({2}, 3), int64},
      {"full of a boolean", full({2}, true), boolean},
      {"arange", arange(2.5), float64},
      {"arange of integers", arange(3), int64},
      {"a number", tensor(0.5), float64},
      {"a list", tensor({0.5, 1.0}), float64},
      {"a mixed list", tensor({1, 0.5}), float64},
      {"an integer list", tensor({1, 2}), int64},
      {"a boolean list", tensor({true}), boolean},
      {"an empty list", tensor({}), float64},
      {"a vector of float", tensor(std::vector<float>{0.5f}), float32},
      {"a named dtype", zeros({2}, float32), float32},
      {"another's dtype", zeros_like(zeros({2}, float32)), float32},
      {"randint", randint(0, 3, {2}), int64},
  };
  for (const auto& [name, made, dtype] : table) {
    CAPTURE(name);
    CHECK(made.dtype() == dtype);
  }
  CHECK(tensor({0.1}).item<double>() == 0.1);  // not by way of a float
  CHECK(full({}, 0.1).item<double>() == 0.1);
  CHECK(arange(0.0, 0.5, 0.1).select(0, 3).item<double>() == 3 * 0.1);
}

TEST_CASE("integers take the default dtype in a division and beside a floating number") {
  const DefaultDtypeGuard guard(float64);
  const Variable three(tensor({3}));
  const std::vector<Variable> thirds = {1 / three, Variable(tensor({1})) / three, Variable(tensor({1})) / 3,
                                        Variable(tensor({1})) * (1.0 / 3), pow(three, -1.0)};
  for (const Variable& third : thirds) {
    CHECK(third.dtype() == float64);
    CHECK(third.item<double>() == 1.0 / 3);
  }
  CHECK((three * 2).dtype() == int64);
}

TEST_CASE("modules are made in the default dtype") {
  const DefaultDtypeGuard guard(float64);
  const nn::GPT model({.vocab_size = 5, .context = 4, .d_model = 8, .num_layers = 1, .num_heads = 2});
  for (const auto& [name, parameter] : model.named_parameters()) {
    CAPTURE(std::string(name));
    CHECK(parameter.dtype() == float64);
  }
  CHECK(nn::RMSNorm(3).weight.dtype() == float64);
  CHECK(nn::Embedding(3, 2).weight.dtype() == float64);
  CHECK(nn::Linear(3, 2, {.dtype = float32}).weight.dtype() == float32);
}

TEST_CASE("a printed Tensor shows its dtype unless it is the default") {
  const auto text = [](const Tensor& x) {
    std::ostringstream out;
    out << x;
    return out.str();
  };
  CHECK(text(tensor({0.5}, float64)) == "[0.5] float64");
  const DefaultDtypeGuard guard(float64);
  CHECK(text(tensor({0.5})) == "[0.5]");
  CHECK(text(zeros({0})) == "[] (0,)");
  CHECK(text(tensor({0.5}, float32)) == "[0.5] float32");
  CHECK(text(tensor({1})) == "[1]");
}

TEST_CASE("set_default_dtype applies to all threads, a DefaultDtypeGuard to one") {
  const auto in_another_thread = [] {
    DType seen = int64;
    std::thread([&seen] { seen = get_default_dtype(); }).join();
    return seen;
  };
  CHECK(get_default_dtype() == float32);
  {
    const DefaultDtypeGuard outer(float64);
    CHECK(get_default_dtype() == float64);
    CHECK(in_another_thread() == float32);
    {
      const DefaultDtypeGuard inner(float32);
      CHECK(get_default_dtype() == float32);
    }
    CHECK(get_default_dtype() == float64);
    set_default_dtype(float32);  // for after the guard
    CHECK(get_default_dtype() == float64);
  }
  CHECK(get_default_dtype() == float32);
  set_default_dtype(float64);
  CHECK(get_default_dtype() == float64);
  CHECK(in_another_thread() == float64);
  set_default_dtype(float32);
  CHECK(get_default_dtype() == float32);
}

TEST_CASE("the default dtype is float32 or float64 and nothing else") {
  CHECK_THROWS_TEXT(set_default_dtype(int64),
                    "[set_default_dtype] the default must be float32 or float64, not int64");
  CHECK_THROWS_TEXT(DefaultDtypeGuard{boolean},
                    "[DefaultDtypeGuard] the default must be float32 or float64, not boolean");
  CHECK(get_default_dtype() == float32);
}
