// Checkpoints of a training run on disk.

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
using namespace xgrad::training;
namespace fs = std::filesystem;

namespace {

// A part of a run that takes any state of two numbers.
struct Tally {
  std::int64_t count = 0;
  Tensor sum = zeros({2});
  NamedTensors state_dict() const { return {{"count", full({}, count, int64)}, {"sum", sum}}; }
  void load_state_dict(const NamedTensors& state) {
    if (state.size() != 2 || state[1].second.shape() != Shape{2})
      throw std::invalid_argument("[load_state_dict] the state does not fit a Tally");
    count = state[0].second.item<std::int64_t>();
    sum.copy_(state[1].second);
  }
};

}  // namespace

TEST_CASE("a checkpoint comes back from its file with its step, parts and strings") {
  const Folder folder;
  const fs::path path = folder.path / "c.safetensors";
  Checkpoint checkpoint{.step = 500, .metadata = {{"task", "addition"}}};
  checkpoint.add("model", {{"weight", tensor({1.0, 2.0})}});
  checkpoint.add("generator.batches", {{"seed", full({}, 7, int64)}});
  checkpoint.add("generator.default", {{"seed", full({}, 8, int64)}});
  save_checkpoint(path, checkpoint);
  const Checkpoint read = load_checkpoint(path);
  CHECK(read.step == 500);
  CHECK(read.text("task") == "addition");
  CHECK(equal(read.part("model").at(0).second, tensor({1.0, 2.0})));
  CHECK(read.part("generator.batches").at(0).second.item<std::int64_t>() == 7);
  CHECK(read.part("generator").size() == 2);
  CHECK(read.text("environment.threads") == std::to_string(get_num_threads()));
  CHECK_THROWS_TEXT(read.part("gen"), "[checkpoint] has no part gen; it holds generator, model of step 500");
  CHECK_THROWS_TEXT(read.text("x"), "[checkpoint] its metadata have no x");
  CHECK_THROWS_TEXT(checkpoint.add("model", {{"bias", zeros({1})}}),
                    "[checkpoint] the part model is there already");
}

TEST_CASE("Module::load takes the part of a checkpoint that is the model") {
  const Folder folder;
  const fs::path path = folder.path / "c.safetensors";
  manual_seed(1);
  const nn::Linear trained(3, 2), fresh(3, 2);
  Checkpoint checkpoint{.step = 1};
  checkpoint.add("model", trained.state_dict());
  checkpoint.add("optimizer", {{"state.0.step", zeros({})}});
  save_checkpoint(path, checkpoint);
  fresh.load(path);
  CHECK(equal(fresh.weight.value(), trained.weight.value()));
  CHECK_THROWS_TEXT(nn::Linear(3, 3).load(path), "[load] " + path.string() + ": [load_state_dict] ");
}

TEST_CASE("a file that is no checkpoint is refused with its reason") {
  const Folder folder;
  const fs::path path = folder.path / "c.safetensors";
  const auto refusal = [&](const NamedTensors& tensors, const std::map<std::string, std::string>& metadata) {
    save_safetensors(path, tensors, metadata);
    const std::string text = thrown_text([&] { load_checkpoint(path); });
    const std::string begin = "[load_checkpoint] " + path.string() + ": ";
    CHECK(text.starts_with(begin));
    return text.substr(std::min(begin.size(), text.size()));
  };
  const Tensor step = full({}, 3, int64);
  CHECK(refusal({{"step", step}}, {}) == "is not a checkpoint: its metadata have no xgrad_checkpoint");
  CHECK(refusal({{"step", step}}, {{"xgrad_checkpoint", "2"}}) ==
        "is a checkpoint of version 2; this program reads version 1");
  CHECK(refusal({{"stp", step}}, {{"xgrad_checkpoint", "1"}}) == "has no step");
  CHECK(refusal({{"step", zeros({2})}}, {{"xgrad_checkpoint", "1"}}) ==
        "step must be int64 of shape (), not float32 of shape (2,)");
  CHECK(refusal({{"step", full({}, -1, int64)}}, {{"xgrad_checkpoint", "1"}}) ==
        "step must not be negative, but is -1");
  write_file(
      path,
      with_length(
          R"({"__metadata__":{"xgrad_checkpoint":"1"},"w":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}})",
          "x"));
  CHECK(thrown_text([&] { load_checkpoint(path); }) ==
        "[load_checkpoint] " + path.string() +
            ": tensor \"w\" cannot be read: dtype \"F4\" is not one that can be read");
  write_file(path, "12345678");
  CHECK_THROWS_TEXT(load_checkpoint(path), "[load_safetensors] " + path.string() + ": ");
}

TEST_CASE("a RunState saves its parts and loads all of them or none") {
  Tally a{3, ones({2})}, b{4, zeros({2})};
  RunState state;
  state.add("a", a).add("b", b);
  const Checkpoint checkpoint = state.checkpoint(9);
  CHECK(checkpoint.step == 9);
  Checkpoint kept = checkpoint;
  for (auto& [name, tensor] : kept.tensors) tensor = tensor.clone();
  a = {10, full({2}, 5.0)};
  b = {11, full({2}, 6.0)};

  Checkpoint broken = kept;
  for (auto& [name, tensor] : broken.tensors) {
    if (name == "b.sum") tensor = zeros({3});
  }
  CHECK(thrown_text([&] { state.load(broken); }) ==
        "[checkpoint] b of step 9 does not fit: [load_state_dict] the state does not fit a Tally");
  CHECK(a.count == 10);
  CHECK(equal(a.sum, full({2}, 5.0)));
  Checkpoint without = kept;
  std::erase_if(without.tensors, [](const auto& entry) { return entry.first.starts_with("b."); });
  CHECK_THROWS_TEXT(state.load(without), "[checkpoint] has no part b; it holds a of step 9");
  CHECK(a.count == 10);

  state.load(kept);
  CHECK(a.count == 3);
  CHECK(equal(a.sum, ones({2})));
  CHECK(b.count == 4);
}

TEST_CASE("a RunState whose part fails to load has not changed, whatever the error is") {
  Tally a{3, ones({2})};
  const Variable p(ones({2}), /*requires_grad=*/true);
  optim::EMA average({p});
  RunState state;
  state.add("a", a).add("average", average);
  const Checkpoint checkpoint = state.checkpoint(9);
  a.count = 10;
  const optim::EMA::Guard guard(average);  // so the EMA takes no state
  CHECK_THROWS_TEXT(state.load(checkpoint), "until the guard's end");
  CHECK(a.count == 10);
}

TEST_CASE("what the bits depend on is compared with the checkpoint's") {
  const std::string threads = std::to_string(get_num_threads());
  std::map<std::string, std::string> metadata;
  for (const auto& [name, value] : arithmetic_environment()) metadata["environment." + name] = value;
  CHECK(environment_changes(metadata).empty());
  CHECK(environment_changes({}).empty());
  metadata["environment.threads"] = "77";
  CHECK(environment_changes(metadata) == "threads: 77 then, " + threads + " now");
  metadata["environment.instruction_set"] = "none such";
  CHECK(environment_changes(metadata).starts_with("instruction_set: none such then, "));
  CHECK(environment_changes(metadata).ends_with("\nthreads: 77 then, " + threads + " now"));
}
