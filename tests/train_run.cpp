// The folder of a run of examples/train_transformer.

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "run.hpp"
#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

TEST_CASE("a run takes the first folder that holds no other run") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  const auto taken = [&] { return RunFolder(out).path().filename().string(); };
  CHECK(taken() == "out");
  CHECK(taken() == "out");  // the previous run left nothing
  CHECK(RunFolder(out / "").path() == out / "");

  write_file(out / "metrics.jsonl", "{}\n");  // a run that was killed
  CHECK(taken() == "out-2");
  CHECK(RunFolder(out / "").path() == folder.path / "out-2");
  write_file(folder.path / "out-2" / "model.safetensors", "");
  CHECK(taken() == "out-3");
  fs::create_directory(folder.path / "out-3");
  fs::create_symlink("nothing", folder.path / "out-3" / "metrics.jsonl");
  CHECK(taken() == "out-4");

  RunFolder(folder.path / "logs").log({{"step", 1}});
  CHECK(RunFolder(folder.path / "logs").path() == folder.path / "logs-2");
  CHECK(read_file(folder.path / "logs" / "metrics.jsonl") == "{\"step\":1}\n");
  CHECK(read_file(out / "metrics.jsonl") == "{}\n");
}

TEST_CASE("a folder in which a run is at work is refused until it ends") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  {
    const RunFolder at_work(out);
    CHECK(thrown_text([&] { const RunFolder second(out); }) ==
          "another run is at work in the folder " + out.string() + "; name another one with --out");
  }
  CHECK(RunFolder(out).path() == out);
}

TEST_CASE("a folder that cannot be written is refused before training") {
  const Folder folder;
  const fs::path out = folder.path / "out", model = out / "model.safetensors";
  fs::create_directory(out);
  fs::create_symlink("nowhere/model", model);
  CHECK(thrown_text([&] { const RunFolder run(out); }) ==
        "[save_safetensors] " + model.string() + ": cannot be written: No such file or directory");
  CHECK_FALSE(fs::exists(out / "metrics.jsonl"));
  fs::create_directory(out / "nowhere");
  RunFolder(out).save(nn::Linear(2, 2));
  CHECK(fs::exists(out / "nowhere" / "model"));

  const fs::path link = folder.path / "link", file = folder.path / "file";
  fs::create_symlink("nothing", link);
  CHECK_THROWS_TEXT(RunFolder{link}, "cannot make the folder " + link.string() + ": ");
  write_file(file, "");
  CHECK_THROWS_TEXT(RunFolder{file}, "cannot make the folder " + file.string() + ": ");
}

TEST_CASE("a full disk loses the metrics, with an error, and not the model") {
  const Folder folder;
  RunFolder run(folder.path / "out");
  CHECK_NOTHROW(run.check_metrics());
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ::getrlimit(RLIMIT_FSIZE, &old_limit);
  const rlimit small{20, old_limit.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  for (int step = 1; step <= 3; ++step) run.log({{"step", step}});  // 11 bytes each
  ::setrlimit(RLIMIT_FSIZE, &old_limit);
  ::signal(SIGXFSZ, old_handler);

  CHECK(thrown_text([&] { run.check_metrics(); }) ==
        "cannot write to " + run.metrics_path().string() + ": File too large; its last lines are missing");
  CHECK(read_file(run.metrics_path()).starts_with("{\"step\":1}\n"));
  run.save(nn::Linear(2, 2));
  CHECK_NOTHROW(nn::Linear(2, 2).load(run.model_path()));
}
