// examples/train_transformer as a process: its output, its exit status, its signals, and the files in its
// folder.

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/xgrad.hpp>

#include "safetensors_files.hpp"
#include "support.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

// AddressSanitizer, which runs without the pool, takes more addresses than a limit would leave.
constexpr bool can_limit_memory = pooling;

class Process {
 public:
  // Starts train_transformer; `prepare` runs first, in the new process.
  explicit Process(
      const std::vector<std::string>& arguments, const std::function<void()>& prepare = [] {}) {
    std::vector<char*> argv{const_cast<char*>(XGRAD_TRAIN_TRANSFORMER)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::array<int, 2> out{}, err{};
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(err.data(), O_CLOEXEC) == 0);
    id_ = ::fork();
    if (id_ == 0) {
      for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_DFL);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      ::alarm(100);  // ends a program that hangs
      prepare();
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    out_ = out[0];
    err_ = err[0];
  }
  ~Process() {
    if (id_ > 0) end(SIGKILL);
    close_output();
    ::close(err_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Reads its standard output until it contains `text` or ends.
  void wait_for(const std::string& text) {
    while (output.find(text) == std::string::npos && read_some(out_, output)) continue;
  }
  void close_output() {
    if (out_ >= 0) ::close(out_);
    out_ = -1;
  }
  // Sends a signal, if it is not 0, and returns the exit status, or minus the signal that ended it.
  int end(int signal = 0) {
    if (signal != 0) ::kill(id_, signal);
    while (out_ >= 0 && read_some(out_, output)) continue;
    while (read_some(err_, errors)) continue;
    int status = 0;
    ::waitpid(id_, &status, 0);
    id_ = -1;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  }

  std::string output, errors;

 private:
  static bool read_some(int file, std::string& text) {
    std::array<char, 4096> part;
    const ssize_t count = ::read(file, part.data(), part.size());
    if (count > 0) text.append(part.data(), static_cast<std::size_t>(count));
    return count > 0;
  }

  pid_t id_ = -1;
  int out_ = -1, err_ = -1;
};

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

void check_is_model(const fs::path& out) {
  const SafetensorsFile file = load_safetensors(out / "model.safetensors");
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

}  // namespace

TEST_CASE("a signal stops a run after its step, and the model is saved") {
  const Folder folder;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(signal);
    const fs::path out = folder.path / std::to_string(signal);
    Process process(run(out, endless));
    process.wait_for("step 1: validation loss");
    CHECK(process.end(signal) == 128 + signal);
    CHECK(process.output.ends_with("interrupted; saved to " + (out / "model.safetensors").string() + "\n"));
    CHECK(process.errors.empty());
    check_is_model(out);
    CHECK(are_json_lines(read_file(out / "metrics.jsonl")));
  }
}

TEST_CASE("a run stops when its output is closed, and names the model on standard error") {
  const Folder folder;
  Process process(run(folder.path / "out", endless));
  process.wait_for("step 1: validation loss");
  process.close_output();
  CHECK(process.end() == 128 + SIGPIPE);
  CHECK(has(process.errors,
            "interrupted; saved to " + (folder.path / "out/model.safetensors").string() + "\n"));
  CHECK(has(process.errors, "train_transformer: cannot write to the standard output\n"));
  check_is_model(folder.path / "out");
}

TEST_CASE("a standard output that cannot be written is an error, and the model is saved") {
  const Folder folder;
  const std::vector<std::function<void()>> outputs{
      [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); }, [] { ::close(STDOUT_FILENO); }};
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CAPTURE(i);
    const fs::path out = folder.path / std::to_string(i);
    Process process(run(out, 5), outputs[i]);
    CHECK(process.end() == 1);
    CHECK(process.errors == "saved to " + (out / "model.safetensors").string() +
                                "\ntrain_transformer: cannot write to the standard output\n");
    check_is_model(out);
    CHECK(are_json_lines(read_file(out / "metrics.jsonl")));
    CHECK(Process({"--help"}, outputs[i]).end() == 1);
  }
}

TEST_CASE("metrics that do not fit on the disk are an error, and the model is saved") {
  const Folder folder;
  Process process(run(folder.path / "out", 300), [] {
    const rlimit limit{16384, 16384};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  });
  CHECK(process.end() == 1);
  const std::string text =
      "cannot write to " + (folder.path / "out/metrics.jsonl").string() + ": File too large; ";
  CHECK(process.errors == "warning: " + text + "training goes on without it\ntrain_transformer: " + text +
                              "its last lines are missing\n");
  CHECK(has(process.output, "\nsample:\n"));
  check_is_model(folder.path / "out");
}

TEST_CASE("a second run in the same folder is refused, and the files of a killed run are kept") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  Process first(run(out, endless));
  first.wait_for("step 1: validation loss");
  Process second(run(out, 1));
  CHECK(second.end() == 1);
  CHECK(second.output.empty());
  CHECK(second.errors == "train_transformer: another run is at work in the folder " + out.string() +
                             "; name another one with --out\n");
  CHECK(first.end(SIGKILL) == -SIGKILL);
  const std::string metrics = read_file(out / "metrics.jsonl");
  CHECK(metrics.starts_with("{\""));

  Process third(run(out, 1));
  CHECK(third.end() == 0);
  CHECK(third.output.starts_with(out.string() + " holds an earlier run; this run goes to " + out.string() +
                                 "-2\n"));
  CHECK(read_file(out / "metrics.jsonl") == metrics);
  CHECK_FALSE(fs::exists(out / "model.safetensors"));
  check_is_model(out.string() + "-2");
}

TEST_CASE("a run whose last step diverges saves no model") {
  const Folder folder;
  Process process({"--steps", "1", "--batch", "2", "--lr", "1e30", "--out", folder.path / "out"});
  CHECK(process.end() == 1);
  CHECK(process.errors ==
        "train_transformer: after step 1, the last: the loss is nan; no model is saved; try a lower --lr\n");
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
    Process process(arguments, [] {
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
