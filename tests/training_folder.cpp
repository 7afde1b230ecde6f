// The folder of a training run.

#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
using namespace xgrad::training;
namespace fs = std::filesystem;

namespace {

// Runs `body` while no file may grow beyond this size.
void with_file_limit(rlim_t bytes, const std::function<void()>& body) {
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small{bytes, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  body();
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);
}

Checkpoint checkpoint_of(std::int64_t step, std::int64_t numbers = 2) {
  Checkpoint checkpoint{.step = step};
  checkpoint.add("model", {{"weight", full({numbers}, static_cast<double>(step))}});
  return checkpoint;
}

std::vector<std::int64_t> steps_in(const fs::path& folder) {
  std::vector<std::int64_t> steps;
  for (const auto& [step, path] : checkpoints_in(folder)) steps.push_back(step);
  return steps;
}

using Steps = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a run takes the first folder that holds no other run") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  const auto taken = [&] { return RunFolder(out).path().filename().string(); };
  CHECK(taken() == "out");
  CHECK(taken() == "out");  // the previous run wrote nothing
  CHECK(RunFolder(out / "").path() == out / "");

  write_file(out / "metrics.jsonl", "{}\n");  // a run that was killed
  CHECK(taken() == "out-2");
  CHECK(RunFolder(out / "").path() == folder.path / "out-2");
  write_file(folder.path / "out-2" / "model.safetensors", "");
  CHECK(taken() == "out-3");
  fs::remove(folder.path / "out-3" / "metrics.jsonl");
  fs::create_symlink("nothing", folder.path / "out-3" / "metrics.jsonl");
  CHECK(taken() == "out-4");
  write_file(checkpoint_path(folder.path / "out-4", 0), "");
  CHECK(taken() == "out-5");
  CHECK(read_file(out / "metrics.jsonl") == "{}\n");

  CHECK(RunFolder(out, {.resume = true}).path() == out);
  CHECK(RunFolder(folder.path / "new", {.resume = true}).path() == folder.path / "new");
}

TEST_CASE("a folder in which a run is at work is refused until it ends, also to resume") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  for (const bool writes : {false, true}) {
    CAPTURE(writes);
    RunFolder at_work(out);
    if (writes) at_work.log({{"step", 1}});
    for (const bool resume : {false, true}) {
      CHECK(thrown_text([&] { const RunFolder second(out, {.resume = resume}); }) ==
            "[run] another run is at work in the folder " + out.string());
    }
  }
  CHECK(RunFolder(out, {.resume = true}).path() == out);
}

TEST_CASE("a folder that cannot be written is refused before training") {
  const Folder folder;
  const fs::path out = folder.path / "out", model = out / "model.safetensors";
  fs::create_directory(out);
  fs::create_symlink("nowhere/model", model);
  CHECK(thrown_text([&] { const RunFolder run(out); }) ==
        "[save_safetensors] " + model.string() + ": cannot be written: No such file or directory");
  CHECK_FALSE(fs::exists(out / "metrics.jsonl"));

  const fs::path link = folder.path / "link", file = folder.path / "file";
  fs::create_symlink("nothing", link);
  CHECK_THROWS_TEXT(RunFolder{link}, "[run] cannot make the folder " + link.string() + ": ");
  write_file(file, "");
  CHECK_THROWS_TEXT(RunFolder{file}, "[run] cannot make the folder " + file.string() + ": ");
  CHECK_THROWS_TEXT(RunFolder(folder.path / "keep", {.keep = 0}), "[run] keep must be at least 1, not 0");
}

TEST_CASE("a log holds one line of JSON for each call") {
  const Folder folder;
  RunFolder run(folder.path);
  run.log({{"step", 12}, {"loss", 0.1}, {"large", 1e300}, {"text", "a\"\n"}, {"right", true}});
  run.log({{"loss", NAN}, {"bound", -INFINITY}, {"least", std::numeric_limits<std::int64_t>::min()}});
  run.log({});
  CHECK(read_file(run.metrics_path()) ==
        "{\"step\":12,\"loss\":0.1,\"large\":1e+300,\"text\":\"a\\\"\\n\",\"right\":true}\n"
        "{\"loss\":null,\"bound\":null,\"least\":-9223372036854775808}\n{}\n");
  run.log_timing({{"seconds", 1.5}});
  CHECK(read_file(run.timings_path()) == "{\"seconds\":1.5}\n");
}

TEST_CASE("the newest checkpoints are kept, and the log goes back to the one that is taken") {
  const Folder folder;
  {
    RunFolder run(folder.path, {.keep = 2});
    for (const std::int64_t step : {1, 2, 3, 4}) {
      run.log({{"step", step}});
      if (step != 2) run.save(checkpoint_of(step));
      CHECK(steps_in(folder.path) == (step == 1   ? Steps{1}
                                      : step == 2 ? Steps{1}
                                      : step == 3 ? Steps{3, 1}
                                                  : Steps{4, 3}));
    }
    run.log({{"step", 5}});
  }
  CHECK(checkpoint_path(folder.path, 3).filename() == "checkpoint-000003.safetensors");
  CHECK(checkpoint_path(folder.path, 1234567).filename() == "checkpoint-1234567.safetensors");
  RunFolder run(folder.path, {.resume = true});
  const Checkpoint newest = newest_checkpoint(folder.path).value();
  CHECK(newest.step == 4);
  run.rewind(newest);
  run.log({{"step", 50}});
  CHECK(read_file(run.metrics_path()) ==
        "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"step\":4}\n{\"step\":50}\n");
  // Only what is not newer than the last one is removed.
  RunFolder(folder.path / "other", {.keep = 1}).save(checkpoint_of(9));
  RunFolder other(folder.path / "other", {.resume = true, .keep = 1});
  other.save(checkpoint_of(7));
  other.save(checkpoint_of(8));
  CHECK(steps_in(other.path()) == Steps{9, 8});
}

TEST_CASE("the last line of a finished run says so") {
  const Folder folder;
  {
    RunFolder run(folder.path);
    run.log({{"step", 1}});
    CHECK_FALSE(run.is_finished());
    run.save(checkpoint_of(1));
    run.finish({{"accuracy", 0.5}});
    CHECK(run.is_finished());
  }
  RunFolder run(folder.path, {.resume = true});
  CHECK(run.is_finished());
  run.rewind(newest_checkpoint(folder.path).value());
  CHECK_FALSE(run.is_finished());
  CHECK(read_file(run.metrics_path()) == "{\"step\":1}\n");
}

TEST_CASE("a full disk loses no line and no checkpoint: they are written when there is room") {
  const Folder folder;
  std::string told;
  RunFolder run(folder.path, {.warn = [&](const std::string& text) { told += text + '\n'; }});
  const std::string cannot = "cannot write to " + run.metrics_path().string() + ": File too large";
  run.save(checkpoint_of(0));
  with_file_limit(20, [&] {
    for (int step = 1; step <= 3; ++step) run.log({{"step", step}});  // 11 bytes each
    CHECK(told == cannot + '\n');
    CHECK(thrown_text([&] { run.save(checkpoint_of(3)); }) ==
          "[run] " + cannot + "; the checkpoint of step 3 is not written");
    CHECK(thrown_text([&] { run.finish({}); }) == "[run] " + cannot + "; its last lines are missing");
  });
  CHECK(steps_in(folder.path) == Steps{0});
  run.log({{"step", 4}});
  CHECK(read_file(run.metrics_path()) ==
        "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"finished\":true}\n{\"step\":4}\n");

  with_file_limit(2000, [&] {
    CHECK_THROWS_TEXT(run.save(checkpoint_of(4, 1000)), "cannot be written: File too large");
  });
  CHECK(newest_checkpoint(folder.path)->step == 0);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path)) ++files;
  CHECK(files == 3);  // nothing is left of the checkpoint that failed
  run.save(checkpoint_of(4, 1000));
  CHECK(newest_checkpoint(folder.path)->step == 4);
}

TEST_CASE("metrics that are shorter than the checkpoint says are told") {
  const Folder folder;
  {
    RunFolder run(folder.path);
    run.log({{"step", 1}});
    run.save(checkpoint_of(1));
  }
  write_file(folder.path / "metrics.jsonl", "");
  std::string told;
  RunFolder run(folder.path, {.resume = true, .warn = [&](const std::string& text) { told += text; }});
  run.rewind(newest_checkpoint(folder.path).value());
  CHECK(told == run.metrics_path().string() + " lacks lines from before step 1");
}

TEST_CASE("a run that goes on with other threads is told that its bits will differ") {
  const Folder folder;
  std::string told;
  RunFolder run(folder.path / "out", {.warn = [&](const std::string& text) { told += text; }});
  run.save(checkpoint_of(1));
  Checkpoint checkpoint = load_checkpoint(checkpoint_path(run.path(), 1));
  run.rewind(checkpoint);
  CHECK(told.empty());
  checkpoint.metadata["environment.threads"] = "1000";
  run.rewind(checkpoint);
  CHECK(told == "the run will differ from one that was not stopped:\nthreads: 1000 then, " +
                    std::to_string(get_num_threads()) + " now");
}

TEST_CASE("a checkpoint that does not say how long the metrics were cuts nothing") {
  const Folder folder;
  RunFolder run(folder.path);
  run.log({{"step", 1}});
  const std::string all = read_file(run.metrics_path());
  for (const NamedTensors& state : {NamedTensors{{"metrics_bytes", tensor(1.5)}},
                                    {{"metrics_bytes", tensor(-1)}},
                                    {{"metrics_bytes", zeros({0}, int64)}},
                                    {{"other", tensor(0)}}}) {
    Checkpoint checkpoint{.step = 1};
    checkpoint.add("run", state);
    CHECK_THROWS_TEXT(run.rewind(checkpoint), "the state does not fit a RunFolder");
    CHECK(read_file(run.metrics_path()) == all);
  }
}

TEST_CASE("what a killed program left half written is removed when the run goes on") {
  const Folder folder;
  const fs::path left = folder.path / ".checkpoint-000001.safetensors.17.3.tmp",
                 other = folder.path / ".x.tmp";
  for (const fs::path& path : {left, other}) write_file(path, "x");
  write_file(folder.path / "timings.jsonl", "{\"step\":1}\n{\"step\":2,\"sec");
  {
    RunFolder run(folder.path, {.resume = true});
    run.log_timing({{"step", 3}});
  }
  CHECK_FALSE(fs::exists(left));
  CHECK(fs::exists(other));
  CHECK(read_file(folder.path / "timings.jsonl") == "{\"step\":1}\n{\"step\":3}\n");
}
