// Sequential and RMSNorm, against PyTorch (golden/make_nn.py).
#include <xgrad/nn/sequential.hpp>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/dropout.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>

#include "support.hpp"

using namespace xgrad;

TEST_CASE("a Sequential's names, values and gradients are PyTorch's") {
  nn::Sequential model(nn::Linear(3, 5), relu, nn::RMSNorm(5, {.eps = 1e-3}), nn::Linear(5, 2));
  model.to(float64);
  NamedTensors state;
  const std::string prefix = "sequential/state/";
  for (const auto& [key, value] : goldens("nn")) {
    if (key.starts_with(prefix)) state.emplace_back(key.substr(prefix.size()), value);
  }
  model.load_state_dict(state);
  const Variable x(golden("nn", "sequential/x"), true);
  const Variable out = model(x);
  CHECK(max_abs_diff(out.value(), golden("nn", "sequential/out")) < 1e-12);
  out.backward(golden("nn", "sequential/gout"));
  CHECK(max_abs_diff(x.grad(), golden("nn", "sequential/grad/x")) < 1e-12);
  CHECK(model.named_parameters().size() == 5);
  for (const auto& [name, p] : model.named_parameters()) {
    CHECK(max_abs_diff(p.grad(), golden("nn", "sequential/grad/" + name)) < 1e-12);
  }
}

TEST_CASE("a Sequential counts its steps, finds them, moves them and switches their mode") {
  nn::Sequential model;
  const Variable x(ones({2, 3}));
  CHECK(model(x).is(x));
  model.push_back(nn::Linear(3, 2));
  model.push_back([](const Variable& y) { return exp(y); });
  model.push_back(nn::Sequential(nn::Dropout(0.5)));
  CHECK(model.size() == 3);
  nn::Sequential moved = std::move(model);
  CHECK(moved.named_parameters()[1].first == "0.bias");
  CHECK(moved.at<nn::Linear>(0).weight.shape() == Shape{2, 3});
  moved.eval();
  CHECK_FALSE(moved.at<nn::Sequential>(2).at<nn::Dropout>(0).is_training());
  CHECK_THROWS_TEXT(moved.at<nn::Linear>(3), "[Sequential] index 3 is out of range for 3 steps");
  CHECK_THROWS_TEXT(moved.at<nn::Linear>(2), "[Sequential] step 2 is of another type than the one asked for");
  const auto result = gradcheck(moved, {Variable(randn({2, 3}), true)});
  CHECK_MESSAGE(result, result.message());
}

TEST_CASE("RMSNorm takes options and names sizes that do not fit") {
  const nn::RMSNorm norm(4), plain(4, {.affine = false}), wide(4, {.dtype = float64});
  CHECK(equal(norm.weight.value(), ones({4})));
  CHECK(norm.num_parameters() == 4);
  CHECK(plain.num_parameters() == 0);
  CHECK(wide.weight.dtype() == float64);
  CHECK(max_abs_diff(plain(full({2, 4}, 3.0)).value(), ones({2, 4})) < 1e-6);
  CHECK_THROWS_TEXT(nn::RMSNorm(0), "[RMSNorm] the sizes must be positive, not (0,)");
  CHECK_THROWS_TEXT(norm(zeros({2, 3})),
                    "[RMSNorm] the last dim of (2, 3) must be the module's normalized_shape, (4,)");
  CHECK_THROWS_TEXT(norm(zeros({})),
                    "[RMSNorm] the last dim of () must be the module's normalized_shape, (4,)");
}
