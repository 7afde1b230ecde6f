// What --resume of examples/train_transformer refuses.

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "train_runs.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

TEST_CASE("options that contradict the run are refused, and others may change") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  make_killed_run(out);
  const std::string metrics = read_file(out / "metrics.jsonl");
  const Outcome refused =
      outcome_of({"--out", out, "--resume", "--steps", "40", "--lr", "0.5", "--d-model", "16"});
  CHECK(refused.status == 1);
  CHECK(
      refused.errors ==
      "train_transformer: --resume goes on with the options of the run, but:\n  --steps 40, and the run has "
      "30\n  --lr 0.5, and the run has 0.004\n");
  const Outcome task =
      outcome_of({"--out", out, "--resume", "--text", std::string(XGRAD_GOLDEN_DIR) + "/text.txt"});
  CHECK(task.status == 1);
  CHECK(has(task.errors, "\n  --task text, and the run has addition\n"));
  CHECK(read_file(out / "metrics.jsonl") == metrics);

  const Outcome resumed = outcome_of({"--out", out, "--resume", "--keep", "1", "--checkpoint-every", "3"});
  CHECK(resumed.status == 0);
  CHECK(has(resumed.output, "resumes after step 20 of 30\n"));
  CHECK(read_file(out / "metrics.jsonl") == metrics);
  CHECK(training::checkpoints_in(out).size() == 1);
}

TEST_CASE("a checkpoint that does not fit its run is an error that names the part") {
  const Folder folder;
  const fs::path out = folder.path / "out", path = training::checkpoint_path(out, 20);
  make_killed_run(out);
  const training::Checkpoint good = training::load_checkpoint(path);
  const auto error_of = [&](const std::function<void(training::Checkpoint&)>& spoil) {
    training::Checkpoint broken = good;
    spoil(broken);
    training::save_checkpoint(path, broken);
    const Outcome resumed = outcome_of({"--out", out, "--resume"});
    CHECK(resumed.status == 1);
    CHECK_FALSE(fs::exists(out / "model.safetensors"));
    return resumed.errors;
  };
  const auto rename = [](const std::string& from, const std::string& to) {
    return [=](training::Checkpoint& checkpoint) {
      for (auto& [name, tensor] : checkpoint.tensors) {
        if (name == from) name = to;
      }
    };
  };
  const std::string does_not_fit = "train_transformer: [checkpoint] ";
  CHECK(error_of(rename("optimizer.state.0.exp_avg", "optimizer.state.0.exp_average"))
            .starts_with(does_not_fit + "optimizer of step 20 does not fit: "));
  CHECK(error_of([](training::Checkpoint& checkpoint) {
          for (auto& [name, tensor] : checkpoint.tensors) {
            if (name == "optimizer.state.0.exp_avg") tensor = zeros({3});
          }
        }).starts_with(does_not_fit + "optimizer of step 20 does not fit: "));
  CHECK(error_of(rename("generator.batches.words", "generator.batches.word"))
            .starts_with(does_not_fit + "generator.batches of step 20 does not fit: "));
  CHECK(error_of([](training::Checkpoint& checkpoint) {
          checkpoint.metadata["config.d-model"] = "32";
        }).starts_with(does_not_fit + "model of step 20 does not fit: "));
  CHECK(error_of([](training::Checkpoint& checkpoint) { checkpoint.metadata["config.lr"] = "fast"; }) ==
        "train_transformer: the run's metadata have config.lr 'fast'\n");
  CHECK(error_of([](training::Checkpoint& checkpoint) { checkpoint.metadata.erase("config.seed"); }) ==
        "train_transformer: the run's metadata have no config.seed\n");
  CHECK(error_of([](training::Checkpoint& checkpoint) {
          std::erase_if(checkpoint.tensors,
                        [](const auto& entry) { return entry.first.starts_with("run."); });
        }).starts_with(does_not_fit + "has no part run; it holds "));
}

TEST_CASE("a text that has changed is refused, and one that has moved is not") {
  const Folder folder;
  const fs::path out = folder.path / "out", text = folder.path / "text", moved = folder.path / "moved";
  const std::string words = read_file(std::string(XGRAD_GOLDEN_DIR) + "/text.txt");
  write_file(text, words);
  const Words arguments = joined(run(out), {"--text", text, "--context", "8", "--sample", "0"});
  REQUIRE(outcome_of(arguments).status == 0);
  fs::remove(training::checkpoint_path(out, 30));
  write_file(text, "A" + words.substr(1));
  const Outcome changed = outcome_of({"--out", out, "--resume"});
  CHECK(changed.status == 1);
  CHECK(changed.errors == "train_transformer: the training text of the run in " + out.string() +
                              " has changed: " + text.string() + "\n");
  write_file(moved, words);
  CHECK(outcome_of({"--out", out, "--resume", "--text", moved}).status == 0);
}

TEST_CASE("a run that is at work is not resumed by another process") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  Process first(XGRAD_TRAIN_TRANSFORMER, run(out, 1'000'000'000));
  first.wait_for("GPT with");
  while (training::checkpoints_in(out).empty()) ::usleep(1000);
  const Outcome second = outcome_of({"--out", out, "--resume"});
  CHECK(second.status == 1);
  CHECK(second.errors ==
        "train_transformer: [run] another run is at work in the folder " + out.string() + "\n");
  CHECK(first.end(SIGKILL) == -SIGKILL);
}
