// examples/train_transformer as a process: its output, its exit status, its signals, and the files in its
// folder.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/xgrad.hpp>

#include "process.hpp"
#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

// AddressSanitizer, which runs without the pool, takes more addresses than a limit would leave.
constexpr bool can_limit_memory = pooling;

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A small run on a text that prints each step.
std::vector<std::string> run(const fs::path& out, std::int64_t steps) {
  return {"--text",       std::string(XGRAD_GOLDEN_DIR) + "/text.txt",
          "--layers",     "1",
          "--d-model",    "8",
          "--heads",      "1",
          "--context",    "8",
          "--batch",      "2",
          "--sample",     "5",
          "--steps",      std::to_string(steps),
          "--out",        out.string(),
          "--eval-every", "1"};
}
constexpr std::int64_t endless = 1'000'000'000;

void check_is_model(const fs::path& path) {
  const SafetensorsFile file = load_safetensors(path);
  CHECK(file.metadata.contains("vocabulary"));
  for (const auto& [name, tensor] : file.tensors) CHECK_FALSE(any(isnan(tensor - tensor)).item<bool>());
}

bool are_json_lines(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("{\"") || !line.ends_with('}')) return false;
  }
  return !text.empty();
}

// What an interrupted run tells: the checkpoint, which is checked here, and how to go on.
std::string interrupted_text(const fs::path& out) {
  const fs::path newest = training::checkpoints_in(out).at(0).second;
  check_is_model(newest);
  return "interrupted; saved to " + newest.string() + "\nto go on: " XGRAD_TRAIN_TRANSFORMER " --out " +
         out.string() + " --resume\n";
}

}  // namespace

TEST_CASE("a signal stops a run after its step, and its state is saved") {
  const Folder folder;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const fs::path out = folder.path / std::to_string(signal);
    Process process(XGRAD_TRAIN_TRANSFORMER, run(out, endless));
    process.wait_for("step 1: validation loss");
    CHECK(process.end(signal) == 128 + signal);
    CHECK(process.output.ends_with(interrupted_text(out)));
    CHECK(process.errors.empty());
    CHECK(are_json_lines(read_file(out / "metrics.jsonl")));
    CHECK_FALSE(fs::exists(out / "model.safetensors"));
  }
}

TEST_CASE("a run stops when its output is closed, and names the checkpoint on standard error") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  Process process(XGRAD_TRAIN_TRANSFORMER, run(out, endless));
  process.wait_for("step 1: validation loss");
  process.close_output();
  CHECK(process.end() == 128 + SIGPIPE);
  CHECK(process.errors == interrupted_text(out) + "train_transformer: cannot write to the standard output\n");
}

TEST_CASE("a standard output that cannot be written is an error, and the model is saved") {
  const Folder folder;
  const std::vector<std::function<void()>> outputs{
      [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); }, [] { ::close(STDOUT_FILENO); }};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CAPTURE(i);
    const fs::path out = folder.path / std::to_string(i);
    Process process(XGRAD_TRAIN_TRANSFORMER, run(out, 5), outputs[i]);
    CHECK(process.end() == 1);
    CHECK(process.errors == "saved to " + (out / "model.safetensors").string() +
                                "\ntrain_transformer: cannot write to the standard output\n");
    check_is_model(out / "model.safetensors");
    CHECK(are_json_lines(read_file(out / "metrics.jsonl")));
    CHECK(Process(XGRAD_TRAIN_TRANSFORMER, {"--help"}, outputs[i]).end() == 1);
  }
}

TEST_CASE("metrics that do not fit on the disk are an error, and the model is saved") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  std::vector<std::string> arguments = run(out, 2000);
  arguments.back() = "0";  // --eval-every
  Process process(XGRAD_TRAIN_TRANSFORMER, arguments, [] {
    const rlimit limit{65536, 65536};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  CHECK(process.end() == 1);
  const std::string text = "cannot write to " + (out / "metrics.jsonl").string() + ": File too large";
  CHECK(process.errors.starts_with("warning: " + text + "\nwarning: [run] " + text +
                                   "; the checkpoint of step "));
  CHECK(process.errors.ends_with("train_transformer: [run] " + text + "; its last lines are missing\n"));
  CHECK(has(process.output, "\nvalidation loss: "));
  check_is_model(out / "model.safetensors");
  CHECK(training::newest_checkpoint(out)->step > 0);
}

TEST_CASE("a second run in the same folder is refused, and the files of a killed run are kept") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  Process first(XGRAD_TRAIN_TRANSFORMER, run(out, endless));
  first.wait_for("step 1: validation loss");
  Process second(XGRAD_TRAIN_TRANSFORMER, run(out, 1));
  CHECK(second.end() == 1);
  CHECK(second.output.empty());
  CHECK(second.errors ==
        "train_transformer: [run] another run is at work in the folder " + out.string() + "\n");
  CHECK(first.end(SIGKILL) == -SIGKILL);
  const std::string metrics = read_file(out / "metrics.jsonl");
  CHECK(metrics.starts_with("{\""));

  Process third(XGRAD_TRAIN_TRANSFORMER, run(out, 1));
  CHECK(third.end() == 0);
  CHECK(third.output.starts_with(out.string() + " holds an earlier run; this run goes to " + out.string() +
                                 "-2\n"));
  CHECK(read_file(out / "metrics.jsonl") == metrics);
  CHECK_FALSE(fs::exists(out / "model.safetensors"));
  check_is_model(out.string() + "-2/model.safetensors");
}

TEST_CASE("a run whose last step diverges saves no model and names its newest checkpoint") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  Process process(XGRAD_TRAIN_TRANSFORMER,
                  {"--steps", "1", "--batch", "2", "--lr", "1e30", "--out", folder.path / "out"});
  CHECK(process.end() == 1);
  CHECK(process.errors ==
        "train_transformer: after step 1: the loss is nan; no model is saved; try a lower --lr; the newest "
        "checkpoint is " +
            training::checkpoint_path(out, 0).string() + "\n");
  CHECK_FALSE(fs::exists(folder.path / "out/model.safetensors"));
}

TEST_CASE("a model or a batch that is too large for the memory is an error with advice") {
  const Folder folder;
  const std::string huge = "9223372036854775807";
  std::vector<std::vector<std::string>> cases{{"--layers", huge}, {"--d-model", huge}, {"--batch", huge}};
  // These exceed only the limit below; the allocation fails.
  if (can_limit_memory) {
    cases.push_back({"--d-model", "8000", "--layers", "1"});
    cases.push_back({"--batch", "64000"});
  }
  for (std::vector<std::string> arguments : cases) {
    arguments.insert(arguments.end(), {"--steps", "1", "--out", folder.path / "out"});
    CAPTURE(arguments[0]);
    CAPTURE(arguments[1]);
    Process process(XGRAD_TRAIN_TRANSFORMER, arguments, [] {
      ::setenv("OMP_NUM_THREADS", "2", 1);  // each thread's stack takes addresses
      const rlimit limit{2'000'000'000, 2'000'000'000};
      if (can_limit_memory) ::setrlimit(RLIMIT_AS, &limit);
    });
    CHECK(process.end() == 1);
    CHECK(process.errors.starts_with("train_transformer: "));
    CHECK(process.errors.ends_with("; try smaller values of --layers, --d-model, --context or --batch\n"));
    CHECK_FALSE(fs::exists(folder.path / "out/metrics.jsonl"));
  }
}
