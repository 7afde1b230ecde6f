// nn::BatchNorm: three steps of training and one in eval mode, against PyTorch (golden/make_batch_norm.py);
// its buffers and errors.
#include "support.hpp"

#include <cmath>
#include <filesystem>
#include <sstream>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/ops/batch_norm.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/linear.hpp>
#include <xgrad/nn/norm.hpp>
#include <xgrad/nn/sequential.hpp>

using namespace xgrad;

namespace {

// The goldens whose names begin with `prefix`, without it.
NamedTensors part(const std::string& prefix) {
  NamedTensors found;
  for (const auto& [key, tensor] : goldens("batch_norm")) {
    if (key.starts_with(prefix)) found.emplace_back(key.substr(prefix.size()), tensor);
  }
  return found;
}

const Tensor& value(const NamedTensors& state, const std::string& name) {
  for (const auto& [key, tensor] : state) {
    if (key == name) return tensor;
  }
  throw std::out_of_range(name);
}

}  // namespace

TEST_CASE("BatchNorm: three steps of training and one in eval mode are PyTorch's") {
  const std::pair<const char*, nn::BatchNormOptions> table[] = {
      {"default", {}},
      {"sequences", {.eps = 1e-3, .momentum = 0.4}},
      {"images", {}},
      {"cumulative", {.momentum = {}}},
      {"plain", {.affine = false}},
      {"untracked", {.track_running_stats = false}},
  };
  for (const auto& [name, given] : table) {
    for (const DType dtype : {float64, float32}) {
      CAPTURE(std::string(name));
      CAPTURE(dtype);
      const double bound = dtype == float64 ? 1e-13 : 2e-6;
      nn::BatchNormOptions options = given;
      options.dtype = dtype;
      nn::BatchNorm norm(3, options);
      const std::string prefix = std::string(name) + '/';
      norm.load_state_dict(part(prefix + "before/"));
      for (int step = 0; step < 4; ++step) {
        CAPTURE(step);
        norm.train(step < 3);
        norm.zero_grad();
        const std::string at = prefix + std::to_string(step) + '/';
        const Variable x(golden("batch_norm", at + "x").to(dtype), true);
        const Variable out = norm(x);
        out.backward(golden("batch_norm", at + "gout").to(dtype));
        CHECK(max_abs_diff(out.value(), golden("batch_norm", at + "out")) < 3 * bound);
        CHECK(max_abs_diff(x.grad(), golden("batch_norm", at + "grad/x")) < 3 * bound);
        for (const auto& [parameter, variable] : norm.named_parameters())
          CHECK(max_abs_diff(variable.grad(), golden("batch_norm", at + "grad/" + parameter)) < 10 * bound);
      }
      const NamedTensors after = part(prefix + "after/"), state = norm.state_dict();
      CHECK(state.size() == after.size());
      for (const auto& [key, tensor] : after) {
        CAPTURE(key);
        CHECK(max_abs_diff(value(state, key), tensor) < 3 * bound);
      }
    }
  }
}

TEST_CASE("BatchNorm: names, printing, dtypes and files") {
  nn::BatchNorm norm(3);
  std::string names;
  for (const auto& [name, tensor] : norm.state_dict()) names += name + tensor.shape().str() + ' ';
  CHECK(names == "weight(3,) bias(3,) running_mean(3,) running_var(3,) num_batches_tracked() ");
  CHECK(norm.num_parameters() == 6);
  std::ostringstream text;
  text << norm;
  CHECK(text.str().find("eps=1e-05, momentum=0.1") != std::string::npos);
  norm(randn({4, 3, 2}));
  norm.to(float64);
  CHECK(norm.running_mean.dtype() == float64);
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);
  const auto path = std::filesystem::temp_directory_path() / "xgrad_test_batch_norm.safetensors";
  norm.save(path);
  const nn::BatchNorm other(3);
  other.load(path);
  std::filesystem::remove(path);
  CHECK(max_abs_diff(other.running_var.value(), norm.running_var.value()) < 1e-7);
  CHECK(equal(other.num_batches_tracked.value(), norm.num_batches_tracked.value()));
}

TEST_CASE("BatchNorm: in a Sequential, gradcheck in both modes") {
  nn::Sequential model(nn::Linear(4, 3), nn::BatchNorm(3), nn::Linear(3, 2));
  for (const bool training : {true, false}) {
    model.train(training);
    const GradcheckResult result = gradcheck(model, {randn({5, 4})});
    CHECK_MESSAGE(result, result.message());
  }
}

TEST_CASE("batch_norm: an empty batch moves nothing, NaN stays in its channel") {
  const Tensor mean = zeros({2}), var = ones({2});
  CHECK(batch_norm(zeros({0, 2}), mean, var, {}, {}, true).shape() == Shape{0, 2});
  CHECK(equal(mean, zeros({2})));
  CHECK(equal(var, ones({2})));
  const Tensor y = batch_norm(tensor({{NAN, 1.0}, {2.0, 3.0}}), mean, var, {}, {}, true).value();
  CHECK(std::isnan(y.at({1, 0})));
  CHECK(y.at({1, 1}) == doctest::Approx(0.999995));
  CHECK(std::isnan(mean.at({0})));
  CHECK(var.at({1}) == doctest::Approx(0.9 + 0.1 * 2));
}

TEST_CASE("batch_norm: errors leave the running values as they are") {
  const Tensor x = randn({1, 3}), mean = zeros({3}), var = ones({3});
  CHECK_THROWS_TEXT(
      batch_norm(x, mean, var, {}, {}, true),
      "[batch_norm] x of shape (1, 3) has one value per channel, which has no variance; train with a "
      "larger batch, or call eval()");
  CHECK_THROWS_TEXT(batch_norm(zeros({1, 3, 1, 1}), {}, {}, {}, {}, true), "has one value per channel");
  CHECK_THROWS_TEXT(batch_norm(zeros({3}), mean, var),
                    "[batch_norm] x must be (N, C, ...), not of shape (3,)");
  CHECK_THROWS_TEXT(batch_norm(zeros({2, 3}, int64), mean, var),
                    "[batch_norm] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(
      batch_norm(x, {}, {}),
      "[batch_norm] running_mean is undefined, running_var is undefined; give both, or normalize with "
      "training = true");
  CHECK_THROWS_TEXT(batch_norm(x, mean, {}, {}, {}, true), "running_var is undefined; give both or neither");
  CHECK_THROWS_TEXT(
      batch_norm(zeros({2, 4}), mean, var),
      "[batch_norm] running_mean of shape (3,) does not fit the channels, dim 1, of x, (2, 4); it must be "
      "(4,)");
  CHECK_THROWS_TEXT(batch_norm(zeros({2, 3}), mean, var, ones({3}, float64), {}, true),
                    "[batch_norm] x is float32, gamma is float64; convert one with to()");
  CHECK_THROWS_TEXT(batch_norm(x, mean, var, {}, {}, false, 0.1, -1),
                    "[batch_norm] eps must not be negative");
  CHECK(equal(mean, zeros({3})));
  nn::BatchNorm norm(3);
  CHECK_THROWS_TEXT(norm(x), "has one value per channel");
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 0);
  CHECK_THROWS_TEXT(norm(zeros({2, 4})), "[BatchNorm] x must be (N, 3, ...), not of shape (2, 4)");
  CHECK_THROWS_TEXT(norm(zeros({3})), "[BatchNorm] x must be (N, 3, ...), not of shape (3,)");
  CHECK_THROWS_TEXT(nn::BatchNorm(0), "[BatchNorm] num_features must be positive, not 0");
  norm.eval();
  CHECK(norm(x).shape() == Shape{1, 3});
}
