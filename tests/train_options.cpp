// The command line of examples/train_transformer.

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "options.hpp"
#include "support.hpp"

namespace {

// What `train_transformer` with these arguments would run with.
Config parsed(std::vector<std::string> arguments) {
  CLI::App app;
  Config config;
  add_options(app, config);
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  app.parse(arguments);
  return config;
}

}  // namespace

TEST_CASE("options: a text has defaults of its own, and what fits no task is refused") {
  CHECK(parsed({}).task == "addition");
  CHECK(parsed({}).batch == 256);
  const Config text = parsed({"--text", "a.txt", "--lr", "0.5"});
  CHECK(text.task == "text");
  CHECK(text.batch == 12);
  CHECK(text.weight_decay == 0);
  CHECK(text.lr == 0.5);
  CHECK(text.out == "runs/text");
  CHECK(text.min_lr == 0.05);  // a tenth of what was asked for

  CHECK_THROWS_TEXT(parsed({"--task", "text"}), "--task: text needs --text FILE");
  CHECK_THROWS_TEXT(parsed({"--task", "addition", "--text", "a"}), "--text: is not for --task addition");
  for (const std::string option : {"--context", "--eval-every", "--sample", "--prompt", "--temperature"})
    CHECK_THROWS_TEXT(parsed({option, "1"}), option + " requires --text");
  CHECK_THROWS_TEXT(parsed({"--text", "a", "--sample", "0", "--prompt", "x"}), "--sample: 0 leaves nothing");

  const std::vector<std::vector<std::string>> wrong = {
      {"--context", "0", "must be a whole number from 1 up, not 0"},
      {"--eval-every", "1.5", "must be a whole number from 0 up, not 1.5"},
      {"--sample", "-1", "must be a whole number from 0 up, not -1"},
      {"--warmup", "x", "must be a whole number from 0 up, not x"},
      {"--temperature", "0", "must be a number above 0, not 0"},
      {"--lr", "1x", "must be a number above 0, not 1x"},
      {"--dropout", "1", "must be a number from 0 up and below 1, not 1"},
      {"--dropout", "nan", "must be a number from 0 up and below 1, not nan"},
      {"--weight-decay", "-0.1", "must be a number from 0 up, not -0.1"},
  };
  for (const auto& row : wrong)
    CHECK_THROWS_TEXT(parsed({"--text", "a", row[0], row[1]}), row[0] + ": " + row[2]);
}
