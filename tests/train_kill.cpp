// Runs of examples/train_transformer that are killed at random moments and resumed end like one that never
// stopped. XGRAD_KILLS in the environment says how often; 20 times if it is not set.

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "process.hpp"
#include "safetensors_files.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t steps = 120;

// With dropout, so that the default generator counts, and with little time between checkpoints.
std::vector<std::string> arguments_of(const std::string& task, const fs::path& out) {
  std::vector<std::string> arguments{"--quiet",
                                     "--layers",
                                     "1",
                                     "--d-model",
                                     "16",
                                     "--heads",
                                     "2",
                                     "--dropout",
                                     "0.1",
                                     "--batch",
                                     "8",
                                     "--eval-every",
                                     "25",
                                     "--steps",
                                     std::to_string(steps),
                                     "--checkpoint-every",
                                     "4",
                                     "--keep",
                                     "2",
                                     "--seed",
                                     "5",
                                     "--out",
                                     out.string()};
  if (task == "text") {
    const std::vector<std::string> more{"--text", std::string(XGRAD_GOLDEN_DIR) + "/text.txt", "--context",
                                        "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return arguments;
}

void check_same(const fs::path& a, const fs::path& b) {
  for (const fs::path& name :
       {fs::path("metrics.jsonl"), fs::path("model.safetensors"), training::checkpoint_path("", steps)}) {
    CAPTURE(name);
    const std::string bytes = read_file(a / name);
    CHECK(bytes.size() > 100);
    CHECK(bytes == read_file(b / name));
  }
}

class KilledRuns {
 public:
  KilledRuns(std::string task, fs::path folder) : task_(std::move(task)), folder_(std::move(folder)) {
    const auto start = std::chrono::steady_clock::now();
    Process process(XGRAD_TRAIN_TRANSFORMER, arguments_of(task_, whole_));
    REQUIRE(process.end() == 0);
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  // Goes on with the run and kills it. True if it had not ended before.
  bool kill_once(std::mt19937& moments) {
    const double seconds = std::uniform_real_distribution(0.0, 1.1 * seconds_)(moments);
    CAPTURE(seconds);
    Process process = resumed();
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
    const int status = process.end(SIGKILL);
    if (status == 0) return check_end(), false;
    CHECK(status == -SIGKILL);
    CHECK(process.errors.empty());
    // The last good checkpoint has survived, and none is broken.
    for (const auto& [step, path] : training::checkpoints_in(out_))
      CHECK_NOTHROW(training::load_checkpoint(path));
    return true;
  }
  void go_to_the_end() {
    Process process = resumed();
    CHECK(process.end() == 0);
    CHECK(process.errors.empty());
    check_end();
  }
  int ended = 0;

 private:
  Process resumed() const {
    std::vector<std::string> arguments = arguments_of(task_, out_);
    arguments.push_back("--resume");
    return Process(XGRAD_TRAIN_TRANSFORMER, arguments);
  }
  void check_end() {
    check_same(whole_, out_);
    fs::remove_all(out_);
    ++ended;
  }

  std::string task_;
  fs::path folder_, whole_ = folder_ / "whole", out_ = folder_ / "killed";
  double seconds_ = 0;  // that a whole run takes
};

}  // namespace

TEST_CASE("a run that is killed at any moment and resumed writes the bytes of one that never stopped") {
  const char* wish = std::getenv("XGRAD_KILLS");
  const int kills = wish ? std::atoi(wish) : 20;
  constexpr std::uint32_t seed = 14;
  std::mt19937 moments(seed);
  const Folder folder;
  KilledRuns addition("addition", folder.path / "addition"), text("text", folder.path / "text");
  for (int done = 0; done < kills;) {
    CAPTURE(done);
    done += (done % 2 == 0 ? addition : text).kill_once(moments);
  }
  addition.go_to_the_end();
  text.go_to_the_end();
  MESSAGE(kills << " kills at moments of seed " << seed << ", " << addition.ended + text.ended
                << " runs ended");
}
