// Loading files of other programs: shared parameters under some of their names, and unreadable tensors.
#include "safetensors_files.hpp"
#include "support.hpp"

#include <limits>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/gpt.hpp>

using namespace xgrad;

namespace {

nn::GPT tied_model() {
  return nn::GPT({.vocab_size = 3, .context = 2, .d_model = 4, .num_layers = 1, .num_heads = 2});
}

NamedTensors without(NamedTensors state, const std::string& name) {
  std::erase_if(state, [&](const auto& entry) { return entry.first == name; });
  return state;
}

Tensor& find(NamedTensors& state, const std::string& name) {
  for (auto& [key, value] : state) {
    if (key == name) return value;
  }
  FAIL("no tensor " << name);
  return state.front().second;
}

}  // namespace

TEST_CASE("any one name of a shared parameter is enough") {
  const nn::GPT saved = tied_model();
  for (const std::string name : {"head.weight", "token.weight"}) {
    const nn::GPT model = tied_model();
    CHECK_FALSE(equal(model.token.weight.value(), saved.token.weight.value()));
    model.load_state_dict(without(saved.state_dict(), name));
    CHECK(equal(model.token.weight.value(), saved.token.weight.value()));
    CHECK(model.head.weight.is(model.token.weight));
  }
  CHECK_THROWS_TEXT(
      saved.load_state_dict(without(without(saved.state_dict(), "head.weight"), "token.weight")),
      "missing: token.weight or head.weight (3, 4)");
}

TEST_CASE("several values for a shared parameter must have the same bits, also for NaN") {
  const nn::GPT model = tied_model();
  const Tensor before = model.token.weight.value().clone();
  NamedTensors state = model.state_dict();
  find(state, "position.weight") = zeros({2, 4});
  find(state, "head.weight") = (before * 2).value();
  CHECK_THROWS_TEXT(
      model.load_state_dict(state),
      "contradiction: token.weight and head.weight are one in the module, and differ in the state");
  CHECK(equal(model.token.weight.value(), before));
  CHECK(max_abs(model.position.weight.value()) > 0);

  const Tensor broken = full({3, 4}, std::numeric_limits<float>::quiet_NaN(), float32);
  find(state, "token.weight") = broken;
  find(state, "head.weight") = broken.mT().clone().mT();
  model.load_state_dict(state);
  find(state, "token.weight") = before;
  find(state, "head.weight") = before.to(float64);
  model.load_state_dict(state);
  CHECK(equal(model.token.weight.value(), before));
  find(state, "head.weight") = zeros({4, 3});
  CHECK_THROWS_TEXT(model.load_state_dict(state), "wrong shape: head.weight is (4, 3), the module's (3, 4)");
}

TEST_CASE("an expanded parameter is refused before any parameter changes") {
  const nn::Linear linear(2, 2);
  linear.bias.set_value(zeros({1}).expand({2}));
  CHECK_THROWS_TEXT(linear.load_state_dict({{"weight", zeros({2, 2})}, {"bias", zeros({2})}}),
                    "not writable: bias (2,) is an expanded tensor");
  CHECK(max_abs(linear.weight.value()) > 0);
}

TEST_CASE("load skips a tensor that it cannot read, unless the module names it") {
  const Folder folder;
  const auto path = folder.path / "x.safetensors";
  const std::string readable = R"("weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},)";
  const std::string data("\0\0\x80\x3f\0\0\0\0", 8);
  write_file(
      path,
      with_length("{" + readable + R"("x":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[4,8]}})", data));
  const nn::Linear linear(1, 1, {.bias = false});
  linear.load(path);
  CHECK(linear.weight.item<float>() == 1);

  write_file(
      path,
      with_length("{" + readable + R"("bias":{"dtype":"F8_E5M2","shape":[4],"data_offsets":[4,8]}})", data));
  CHECK_THROWS_WITH_AS(
      nn::Linear(1, 1).load(path),
      ("[load] " + path.string() +
       ": tensor \"bias\" of shape (1,) cannot be read: dtype \"F8_E5M2\" is not one that can be read")
          .c_str(),
      std::runtime_error);
}
