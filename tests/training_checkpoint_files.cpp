// The checkpoints and models in a run's folder, as files.
#include <xgrad/training/checkpoint_files.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
using namespace xgrad::training;
namespace fs = std::filesystem;

namespace {

Checkpoint checkpoint_of(std::int64_t step) {
  Checkpoint checkpoint{.step = step};
  checkpoint.add("model", {{"weight", full({2}, static_cast<double>(step))}});
  return checkpoint;
}

}  // namespace

TEST_CASE("a broken checkpoint is named, and the one before it is taken") {
  const Folder folder;
  const auto write = [&](std::int64_t step) {
    save_checkpoint(checkpoint_path(folder.path, step), checkpoint_of(step));
  };
  std::string told;
  const auto warn = [&](const std::string& text) { told += text; };
  CHECK_FALSE(newest_checkpoint(folder.path, warn));
  CHECK_FALSE(newest_checkpoint(folder.path / "nowhere", warn));
  for (const std::int64_t step : {9, 10, 1000000}) write(step);
  CHECK(newest_checkpoint(folder.path, warn)->step == 1000000);
  CHECK(told.empty());

  const fs::path broken = checkpoint_path(folder.path, 1000000);
  write_file(broken, read_file(broken).substr(0, 100));
  CHECK(newest_checkpoint(folder.path, warn)->step == 10);
  CHECK(told.starts_with("[load_safetensors] " + broken.string() + ": the header is cut short: "));
  CHECK(told.ends_with("\nthe checkpoint of step 10 is taken"));
  CHECK(load_saved_model(folder.path, warn).step == 10);

  for (const std::int64_t step : {9, 10}) write_file(checkpoint_path(folder.path, step), "");
  const std::string text = thrown_text([&] { newest_checkpoint(folder.path, warn); });
  CHECK(text.starts_with("[checkpoint] no checkpoint in " + folder.path.string() + " can be read:\n"));
  for (const std::int64_t step : {9, 10, 1000000})
    CHECK(text.find(checkpoint_path(folder.path, step).string()) != std::string::npos);
  // names that are no checkpoint's
  for (const char* name :
       {"checkpoint-.safetensors", "checkpoint-1x.safetensors", "checkpoint--1.safetensors",
        "checkpoint-99999999999999999999.safetensors", "model-000011.safetensors"})
    write_file(folder.path / name, "");
  std::vector<std::int64_t> steps;
  for (const auto& [step, path] : checkpoints_in(folder.path)) steps.push_back(step);
  CHECK(steps == std::vector<std::int64_t>{1000000, 10, 9});
}

TEST_CASE("a model is read from a run's folder, a checkpoint or a model's file") {
  const Folder folder;
  CHECK(thrown_text([&] { load_saved_model(folder.path); }) ==
        "[load_saved_model] " + folder.path.string() + ": the folder holds no model and no checkpoint");
  CHECK_THROWS_TEXT(load_saved_model(folder.path / "x"),
                    "[load_safetensors] " + (folder.path / "x").string());
  Checkpoint checkpoint = checkpoint_of(5);
  checkpoint.metadata["task"] = "addition";
  save_checkpoint(checkpoint_path(folder.path, 5), checkpoint);
  for (const fs::path& path : {folder.path, checkpoint_path(folder.path, 5)}) {
    const SavedModel saved = load_saved_model(path);
    CHECK(saved.step == 5);
    CHECK(saved.path == checkpoint_path(folder.path, 5));
    CHECK(saved.metadata.at("task") == "addition");
    CHECK(saved.state.size() == 1);
    CHECK(saved.state[0].first == "weight");
  }
  save_safetensors(folder.path / "model.safetensors", {{"bias", zeros({1})}}, {{"task", "text"}});
  const SavedModel saved = load_saved_model(folder.path);
  CHECK_FALSE(saved.step);
  CHECK(saved.state.at(0).first == "bias");
  CHECK(saved.metadata.at("task") == "text");
}
