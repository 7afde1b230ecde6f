// examples/train_transformer adds numbers of any count of digits: --digits.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "addition.hpp"
#include "model.hpp"
#include "options.hpp"
#include "safetensors_files.hpp"
#include "sums.hpp"
#include "support.hpp"
#include "train_runs.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

std::int64_t parsed_digits(std::vector<std::string> arguments) {
  CLI::App app;
  Config config;
  add_options(app, config);
  std::reverse(arguments.begin(), arguments.end());  // the order of CLI11
  app.parse(arguments);
  return config.digits;
}

// A small run whose numbers have so many digits.
Words run_of_digits(const fs::path& out, const std::string& digits) {
  return joined(run(out), {"--digits", digits, "--quiet"});
}

}  // namespace

TEST_CASE("numbers have 1 to 9 digits, 3 if the command line does not say") {
  CHECK(parsed_digits({}) == 3);
  CHECK(parsed_digits({"--digits", "1"}) == 1);
  CHECK(parsed_digits({"--digits", "9"}) == 9);
  for (const std::string wrong : {"0", "10", "-1", "2.5", "x"}) {
    CHECK_THROWS_TEXT(parsed_digits({"--digits", wrong}),
                      "--digits: must be a whole number from 1 to 9, not '" + wrong + "'");
  }
  CHECK_THROWS_TEXT(parsed_digits({"--text", "a", "--digits", "2"}), "--digits: is not for a text");
}

TEST_CASE("a sum is written with leading zeros, its result with one digit more") {
  CHECK(question_of({4, 91, 2}) == "04+91=");
  CHECK(answer_of({4, 91, 2}) == "095");
  CHECK(question_of({9, 9, 1}) + answer_of({9, 9, 1}) == "9+9=18");
  CHECK(question_of({42, 917}) + answer_of({42, 917}) == "042+917=0959");
  const Sum most{999999999, 999999999, 9};
  CHECK(question_of(most) + answer_of(most) == "999999999+999999999=1999999998");

  const Sum read = read_sum(" 4 + 91 = ", 2);
  CHECK(std::pair(read.a, read.b) == std::pair<std::int64_t, std::int64_t>(4, 91));
  CHECK(read.digits == 2);
  CHECK_THROWS_TEXT(read_sum("4+100", 2), "'4+100' is no sum of two numbers up to 99, such as 12+45=");
  CHECK_THROWS_TEXT(read_sum("4+10", 1), "'4+10' is no sum of two numbers up to 9, such as 1+4=");
  CHECK(read_answered_sums("04+91=095\n4+91=199\n", "it", 2)[1].answer == 199);
  CHECK_THROWS_TEXT(read_answered_sums("4+91=1000", "it", 2),
                    "it, line 1: '4+91=1000' is no sum such as 04+91=095");
}

TEST_CASE("a batch holds right sums of so many digits, and none that is held out") {
  for (const auto& [digits, held_out] : std::map<std::int64_t, std::size_t>{{1, 20}, {2, 2000}, {4, 2000}}) {
    CAPTURE(digits);
    Generator generator(0);
    const Addition addition(digits, 2000, generator);
    std::set<std::string> held;
    for (const Sum& sum : addition.held_out()) held.insert(question_of(sum));
    CHECK(held.size() == held_out);

    const std::int64_t T = addition.context(), N = 300;
    CHECK(T == 3 * digits + 2);
    const Batch batch = addition.next_batch(N, generator);
    CHECK(batch.tokens.shape() == Shape{N, T});
    const auto tokens = batch.tokens.to_vector<std::int64_t>();
    const auto targets = batch.targets.to_vector<std::int64_t>();
    for (std::int64_t n = 0; n < N; ++n) {
      std::string text;
      for (std::int64_t t = 0; t < T; ++t) {
        const auto at = static_cast<std::size_t>(n * T + t);
        text += static_cast<char>(addition.vocabulary().character(tokens[at]));
        // The digits of the sum are to be predicted: from '=' on, each character's target is the next.
        const bool predicts = t >= 2 * digits + 1;
        CHECK(targets[at] >= (predicts ? 0 : -100));
        CHECK((targets[at] == -100) != predicts);
        if (predicts && t + 1 < T) CHECK(targets[at] == tokens[at + 1]);
      }
      text += static_cast<char>('0' + targets[static_cast<std::size_t>(n * T + T - 1)]);
      const std::size_t plus = text.find('+'), equals = text.find('=');
      CHECK(std::stoll(text.substr(0, plus)) + std::stoll(text.substr(plus + 1)) ==
            std::stoll(text.substr(equals + 1)));
      CHECK_FALSE(held.contains(text.substr(0, equals + 1)));
    }
  }
}

TEST_CASE("a model of 2 digits is trained, sampled and evaluated, and its file says so") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  CHECK(has(output_of(run_of_digits(out, "2")), "held-out accuracy: "));
  CHECK(open_model(out).model.options.context == 8);
  CHECK(has(output_of({"inspect", out}), "\ndigits: 2\n"));
  const std::string answer = output_of({"sample", out, "--prompt", "4 + 91"});
  CHECK(answer.starts_with("04+91="));
  CHECK(answer.size() == 10);  // 3 digits and the end of the line
  CHECK(outcome_of({"sample", out, "--prompt", "100+1"}).errors ==
        "train_transformer: '100+1' is no sum of two numbers up to 99, such as 12+45=\n");
  CHECK(outcome_of({"sample", out}).errors ==
        "train_transformer: there is nothing to read: the model adds, and needs --prompt 12+45=\n");
  const fs::path sums = folder.path / "sums";
  write_file(sums, answer + "04+91=999\n");
  CHECK(output_of({"eval", out, sums}) == "accuracy: 50.00 % of 2 sums\n");
  CHECK(has(output_of({"eval", out}), "held-out accuracy: "));

  const Outcome resumed = outcome_of({"--out", out, "--resume", "--digits", "3"});
  CHECK(resumed.status == 1);
  CHECK(has(resumed.errors, "\n  --digits 3, and the run has 2\n"));
}

TEST_CASE("a file that does not name its digits is of 3 digits; one with a wrong number is refused") {
  const Folder folder;
  const fs::path out = folder.path / "out", path = out / "model.safetensors";
  output_of(run_of_digits(out, "3"));
  const std::string answer = output_of({"sample", out, "--prompt", "1+2"});
  const std::string evaluated = output_of({"eval", out});
  SafetensorsFile file = load_safetensors(path);
  CHECK(file.metadata.erase("config.digits") == 1);
  save_safetensors(path, file.tensors, file.metadata);
  CHECK(open_model(path).config.digits == 3);
  CHECK(output_of({"sample", path, "--prompt", "1+2"}) == answer);
  CHECK(output_of({"eval", path}) == evaluated);
  for (const std::string wrong : {"0", "10", "x"}) {
    file.metadata["config.digits"] = wrong;
    save_safetensors(path, file.tensors, file.metadata);
    CHECK_THROWS_TEXT(open_model(path), "the run's metadata have config.digits '" + wrong + "'");
  }
  file.metadata["config.digits"] = "2";
  save_safetensors(path, file.tensors, file.metadata);
  CHECK_THROWS_TEXT(open_model(path),
                    "its config.digits is 2, which needs a context of 8, and the model has 11");
}
