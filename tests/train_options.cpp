// The command line of examples/train_transformer.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "options.hpp"
#include "support.hpp"

namespace {

// The Config of `train_transformer` with these arguments.
Config parsed(std::vector<std::string> arguments) {
  CLI::App app;
  Config config;
  add_options(app, config);
  std::reverse(arguments.begin(), arguments.end());  // the order of CLI11
  app.parse(arguments);
  return config;
}

}  // namespace

TEST_CASE("a text has its own defaults, and options that do not fit the task are refused") {
  CHECK(parsed({}).task == "addition");
  CHECK(parsed({}).batch == 256);
  const Config text = parsed({"--text", "a.txt", "--lr", "0.5"});
  CHECK(text.task == "text");
  CHECK(text.batch == 12);
  CHECK(text.weight_decay == 0);
  CHECK(text.lr == 0.5);
  CHECK(text.out == "runs/text");
  CHECK(text.min_lr == 0.05);  // a tenth of --lr

  CHECK_THROWS_TEXT(parsed({"--task", "text"}), "--task: text needs --text FILE");
  CHECK_THROWS_TEXT(parsed({"--task", "addition", "--text", "a"}), "--text: is not for --task addition");
  for (const std::string option : {"--context", "--sample", "--prompt", "--temperature"})
    CHECK_THROWS_TEXT(parsed({option, "1"}), option + " requires --text");
  CHECK_THROWS_TEXT(parsed({"--text", "a", "--sample", "0", "--prompt", "x"}), "--sample: 0 leaves nothing");
}

TEST_CASE("a number is decimal, and a bad one is refused with its name and value") {
  const auto text = [](const std::string& option, const std::string& value) {
    return parsed({"--text", "a", option, value});
  };
  CHECK(text("--sample", "017").sample == 17);
  CHECK(text("--context", "08").context == 8);
  CHECK(text("--seed", "18446744073709551615").seed == 18446744073709551615U);
  CHECK(text("--steps", "9223372036854775807").steps == 9223372036854775807);
  CHECK(text("--lr", "1e-2").lr == 1e-2);
  CHECK(text("--dropout", "0.1").dropout == 0.1);

  const std::string most = " to 9223372036854775807";
  const std::vector<std::string> no_number = {"",    "-1",   "+5",  " 5",  "5 ", "5x",
                                              "nan", "0x10", "inf", "1,5", "x",  "-inf"};
  const auto check_refused = [&](const std::string& option, const std::string& value,
                                 const std::string& what) {
    CHECK_THROWS_TEXT(text(option, value), option + ": must be a " + what + ", not '" + value + "'");
  };
  for (const auto& [option, least] : std::vector<std::pair<std::string, int>>{{"--steps", 1},
                                                                              {"--d-model", 1},
                                                                              {"--layers", 1},
                                                                              {"--heads", 1},
                                                                              {"--batch", 1},
                                                                              {"--context", 1},
                                                                              {"--warmup", 0},
                                                                              {"--eval-every", 0},
                                                                              {"--sample", 0}}) {
    const std::string what = "whole number from " + std::to_string(least) + most;
    for (const std::string& value : no_number) check_refused(option, value, what);
    for (const char* value : {"1e3", "1.5", "9223372036854775808", "99999999999999999999"})
      check_refused(option, value, what);
    if (least == 1) check_refused(option, "0", what);
  }
  for (const char* value : {"-1", "1e3", "18446744073709551616", "99999999999999999999999"})
    check_refused("--seed", value, "whole number from 0 to 18446744073709551615");
  for (const auto& [option, range] :
       std::vector<std::pair<std::string, std::string>>{{"--lr", "above 0"},
                                                        {"--temperature", "above 0"},
                                                        {"--weight-decay", "from 0 up"},
                                                        {"--dropout", "from 0 up and below 1"}}) {
    for (const std::string& value : no_number) check_refused(option, value, "number " + range);
    check_refused(option, "1e400", "number " + range);
  }
  check_refused("--dropout", "1", "number from 0 up and below 1");
  check_refused("--lr", "0", "number above 0");
  CHECK_THROWS_TEXT(text("--out", ""), "--out: must not be empty");
}

TEST_CASE("the warm-up is at most as long as the training") {
  CHECK(parsed({}).warmup == 100);
  CHECK(parsed({"--steps", "3"}).warmup == 3);
  CHECK(parsed({"--text", "a", "--steps", "50"}).warmup == 50);
  CHECK(parsed({"--steps", "3", "--warmup", "3"}).warmup == 3);
  CHECK_THROWS_TEXT(parsed({"--steps", "3", "--warmup", "4"}),
                    "--warmup: must be at most --steps, which is 3");
  CHECK_THROWS_TEXT(parsed({"--text", "a", "--warmup", "2001"}),
                    "--warmup: must be at most --steps, which is 2000");
}
