// examples/train_transformer in mixed precision: --mixed-precision.

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "model.hpp"
#include "safetensors_files.hpp"
#include "support.hpp"
#include "train_runs.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

Words mixed(const Words& arguments) { return joined(arguments, {"--mixed-precision"}); }

}  // namespace

TEST_CASE("a run in mixed precision goes on bit for bit, and only so") {
  const Folder folder;
  const fs::path whole = folder.path / "whole", killed = folder.path / "killed",
                 other = folder.path / "other";
  const std::string output = output_of(mixed(run(whole)));
  CHECK(has(output, "mixed precision takes longer than float32 here") == !has_bfloat16_products());
  output_of(mixed(run(killed)));
  fs::remove(killed / "model.safetensors");
  fs::remove(training::checkpoint_path(killed, 30));
  output_of({"--out", killed.string(), "--resume"});
  const auto weights = [](const fs::path& of) {
    return open_model(of / "model.safetensors").model.state_dict();
  };
  const NamedTensors first = weights(whole), again = weights(killed);
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(equal(first[i].second, again[i].second));

  output_of(run(other));
  CHECK_FALSE(equal(first[0].second, weights(other)[0].second));
  CHECK(has(outcome_of(joined(mixed(run(other)), {"--resume"})).errors,
            "\n  --mixed-precision true, and the run has false\n"));
}

TEST_CASE("a file that does not say whether its run was in mixed precision is of one in float32") {
  const Folder folder;
  const fs::path out = folder.path / "out", path = out / "model.safetensors";
  output_of(mixed(run(out)));
  CHECK(open_model(path).config.mixed_precision);
  SafetensorsFile file = load_safetensors(path);
  CHECK(file.metadata.erase("config.mixed-precision") == 1);
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_FALSE(open_model(path).config.mixed_precision);
  file.metadata["config.mixed-precision"] = "yes";
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_THROWS_TEXT(open_model(path), "the run's metadata have config.mixed-precision 'yes'");
}
