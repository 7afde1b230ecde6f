// examples/train_transformer goes on with a run: --resume.

#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "train_runs.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

TEST_CASE("an interrupted run tells the command that goes on with it, which ends like a run without a stop") {
  const Folder folder;
  const fs::path whole = folder.path / "whole", out = folder.path / "a folder's name";
  REQUIRE(outcome_of(run(whole, 400)).status == 0);
  Process process(XGRAD_TRAIN_TRANSFORMER, run(out, 400));
  process.wait_for("step 20/400");
  CHECK(process.end(SIGTERM) == 128 + SIGTERM);
  const std::string begin = "\nto go on: ";
  const std::size_t at = process.output.find(begin);
  REQUIRE(at != std::string::npos);
  CHECK_FALSE(fs::exists(out / "model.safetensors"));
  const std::string command = process.output.substr(at + begin.size());
  CHECK(has(command, " --resume\n"));
  CHECK(std::system((command.substr(0, command.size() - 1) + " > /dev/null").c_str()) == 0);
  for (const char* name : {"metrics.jsonl", "model.safetensors", "checkpoint-000400.safetensors"})
    CHECK(read_file(out / name) == read_file(whole / name));
}

TEST_CASE("to resume a finished run does nothing and succeeds") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  REQUIRE(outcome_of(run(out)).status == 0);
  const std::string metrics = read_file(out / "metrics.jsonl"), timings = read_file(out / "timings.jsonl");
  const Outcome again = outcome_of({"--out", out, "--resume"});
  CHECK(again.status == 0);
  CHECK(again.output == out.string() + " is finished: all of its 30 steps are done\n");
  CHECK(read_file(out / "metrics.jsonl") == metrics);
  CHECK(read_file(out / "timings.jsonl") == timings);
}

TEST_CASE("where there is no run, --resume starts one; a run without a checkpoint is refused") {
  const Folder folder;
  const fs::path out = folder.path / "out", old = folder.path / "old";
  const Outcome started = outcome_of(joined(run(out), {"--resume"}));
  CHECK(started.status == 0);
  CHECK(has(started.output, out.string() + " holds no run to resume; it starts from the beginning\n"));
  CHECK(fs::exists(out / "model.safetensors"));

  fs::create_directory(old);
  write_file(old / "metrics.jsonl", "{}\n");
  const Outcome refused = outcome_of(joined(run(old), {"--resume"}));
  CHECK(refused.status == 1);
  CHECK(refused.errors == "train_transformer: the run in " + old.string() +
                              " has no checkpoint and cannot be resumed; name another folder with --out\n");
  CHECK(read_file(old / "metrics.jsonl") == "{}\n");

  const Outcome wrong = outcome_of({"--out", folder.path / "new", "--resume", "--task", "text"});
  CHECK(wrong.status != 0);
  CHECK(has(wrong.errors, "--task: text needs --text FILE"));
  CHECK_FALSE(fs::exists(folder.path / "new"));
}

TEST_CASE("a broken newest checkpoint is named, and the one before it is taken") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  make_killed_run(out);
  const std::string metrics = read_file(out / "metrics.jsonl");
  const fs::path newest = training::checkpoint_path(out, 20);
  write_file(newest, read_file(newest).substr(0, 500));
  const Outcome resumed = outcome_of({"--out", out, "--resume"});
  CHECK(resumed.status == 0);
  CHECK(resumed.errors.starts_with("warning: [load_safetensors] " + newest.string() +
                                   ": the header is cut short: "));
  CHECK(resumed.errors.ends_with("\nthe checkpoint of step 10 is taken\n"));
  CHECK(read_file(out / "metrics.jsonl") == metrics);
}

TEST_CASE("another number of threads is told, as the bits depend on it") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  const auto with_threads = [](const char* count) {
    return [count] { ::setenv("OMP_NUM_THREADS", count, 1); };
  };
  REQUIRE(outcome_of(run(out), with_threads("1")).status == 0);
  fs::remove(training::checkpoint_path(out, 30));
  const Outcome resumed = outcome_of({"--out", out, "--resume"}, with_threads("2"));
  CHECK(resumed.status == 0);
  CHECK(resumed.errors ==
        "warning: the run will differ from one that was not stopped:\nthreads: 1 then, 2 now\n");
}

TEST_CASE("on a full disk the older checkpoint stays, loads, and is gone on with") {
  const Folder folder;
  const fs::path out = folder.path / "out", whole = folder.path / "whole";
  REQUIRE(outcome_of(run(whole, 60)).status == 0);
  // The checkpoint of step 0 has no averages of the optimiser, so it fits and the next does not.
  const auto size_of = [&](std::int64_t step) {
    return fs::file_size(training::checkpoint_path(whole, step));
  };
  const rlim_t limit = size_of(60) - 1000;
  Process process(XGRAD_TRAIN_TRANSFORMER, run(out, 60), [limit] {
    const rlimit small{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &small);
  });
  CHECK(process.end() == 1);
  const std::string failed = training::checkpoint_path(out, 60).string();
  CHECK(has(process.errors, "warning: [save_safetensors] " + failed +
                                ": cannot be written: File too large; the newest checkpoint is " +
                                training::checkpoint_path(out, 0).string() + "\n"));
  CHECK(process.errors.ends_with(
      "train_transformer: the last checkpoint is missing; the newest checkpoint is " +
      training::checkpoint_path(out, 0).string() + "\n"));
  CHECK(training::checkpoints_in(out).size() == 1);
  CHECK(training::load_checkpoint(training::checkpoint_path(out, 0)).step == 0);

  const Outcome resumed = outcome_of({"--out", out, "--resume"});
  CHECK(resumed.status == 0);
  for (const char* name : {"metrics.jsonl", "model.safetensors", "checkpoint-000060.safetensors"})
    CHECK(read_file(out / name) == read_file(whole / name));
}

TEST_CASE(
    "a folder that cannot be written is refused, and a run that fails in its first step leaves nothing") {
  const Folder folder;
  const Outcome refused = outcome_of(run("/proc/xgrad"));
  CHECK(refused.status == 1);
  CHECK(refused.errors.starts_with("train_transformer: [run] cannot make the folder /proc/xgrad: "));
  const fs::path out = folder.path / "out";
  const Outcome diverged = outcome_of(joined(run(out), {"--lr", "1e30", "--warmup", "0"}));
  CHECK(diverged.status == 1);
  CHECK(has(diverged.errors, "step 2: the loss is "));
  CHECK(has(diverged.errors,
            "; the newest checkpoint is " + training::checkpoint_path(out, 0).string() + "\n"));
  CHECK(training::load_checkpoint(training::checkpoint_path(out, 0)).step == 0);
}
