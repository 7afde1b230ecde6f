// The commands of examples/train_transformer that use a trained model, and its help.

#include <cmath>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <xgrad/xgrad.hpp>

#include "model.hpp"
#include "process.hpp"
#include "safetensors_files.hpp"
#include "score_text.hpp"
#include "sums.hpp"
#include "support.hpp"
#include "utf8.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const std::string passage = std::string(XGRAD_GOLDEN_DIR) + "/text.txt";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string output_of(const Words& arguments) {
  Process process(XGRAD_TRAIN_TRANSFORMER, arguments);
  CHECK(process.end() == 0);
  CHECK(process.errors.empty());
  return process.output;
}

// The error of a command that fails.
std::string error_of(const Words& arguments) {
  Process process(XGRAD_TRAIN_TRANSFORMER, arguments);
  CHECK(process.end() == 1);
  CHECK(process.output.empty());
  return process.errors;
}

const Words small{"--layers", "1", "--d-model", "16", "--heads", "2", "--batch", "8", "--quiet"};

Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("every help fits 80 columns, has groups and an example for each task") {
  for (const Words& command : std::vector<Words>{{}, {"sample"}, {"eval"}, {"inspect"}, {"report"}}) {
    const std::string help = output_of(joined(command, {"--help"}));
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      CHECK(decode_utf8(line, "it").size() <= 80);
    }
    CHECK(has(help, "xample"));
    CHECK(
        has(help, "train_transformer " + (command.empty() ? "--text FILE" : command[0] + " runs/addition")));
  }
  const std::string help = output_of({"--help"});
  CHECK(has(help,
            "--context INT               characters that the model sees; always 3 * digits\n"
            "                              + 2 for a sum; for a text 64 [11]\n"));
  for (const char* group : {"Task:", "Model:", "Training:", "Run:", "Subcommands:", "Examples:"})
    CHECK(has(help, "\n" + std::string(group) + "\n"));
}

TEST_CASE("a trained addition answers sums, and its files say how to build it") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  // `train` may be named.
  output_of(joined({"train", "--steps", "20", "--checkpoint-every", "0", "--out", out}, small));
  const std::string answer = output_of({"sample", out, "--prompt", " 12 + 7 "});
  CHECK(answer.starts_with("012+007="));
  CHECK(answer.size() == 13);
  // a folder, a model's file, a checkpoint; greedy, so all draws are the same
  for (const std::string name : {"model.safetensors", "checkpoint-000020.safetensors"})
    CHECK(output_of({"sample", out / name, "--prompt", "012+007=", "--seed", "9", "--stream"}) == answer);
  for (const char* wrong : {"12", "1000+1", "12+", "+7", "12+-7", "a+b", "1+2=3"}) {
    CHECK(error_of({"sample", out, "--prompt", wrong}) ==
          "train_transformer: '" + std::string(wrong) +
              "' is no sum of two numbers up to 999, such as 123+456=\n");
  }

  CHECK(error_of({"sample", out}) ==
        "train_transformer: there is nothing to read: the model adds, and needs --prompt 123+456=\n");

  const TrainedModel trained = open_model(out);
  CHECK(trained.config.steps == 20);
  CHECK(trained.vocabulary.characters() == U"0123456789+=");
  CHECK_FALSE(trained.model.is_training());
  CHECK(has(output_of({"eval", out}), "held-out accuracy: "));
  const fs::path sums = folder.path / "sums";
  write_file(sums, answer + "\n" + answer);
  CHECK(output_of({"eval", out, sums}) == "accuracy: 100.00 % of 2 sums\n");
  write_file(sums, "012+007=9999\n" + answer);
  CHECK(output_of({"eval", out, sums}) == "accuracy: 50.00 % of 2 sums\n");
  write_file(sums, answer + "12+7\n");
  CHECK(error_of({"eval", out, sums}) ==
        "train_transformer: " + sums.string() + ", line 2: '12+7' is no sum such as 042+917=0959\n");
  write_file(sums, "");
  CHECK(error_of({"eval", out, sums}) ==
        "train_transformer: the file of sums " + sums.string() + " is empty: there is nothing to read\n");
  write_file(sums, "\n");
  CHECK(error_of({"eval", out, sums}) == "train_transformer: " + sums.string() + " holds no sum\n");
  const std::string shown = output_of({"inspect", out});
  CHECK(has(shown, "\ntask: addition\n"));
  CHECK(has(shown, "\nblocks.0.attention.W_q.weight "));
  CHECK(has(shown, "\nThe tape of the first block:\nid "));
  CHECK(has(shown, " softmax "));
}

TEST_CASE("a run's page is written with the run, and the same again from its files") {
  const Folder folder;
  const fs::path out = folder.path / "out", page = out / "report.html";
  const std::string shown = output_of({"--layers", "1", "--d-model", "16", "--heads", "2", "--batch", "8",
                                       "--steps", "26", "--eval-every", "10", "--out", out});
  CHECK(has(shown, "\nreport: " + page.string() + "\nask it more: "));
  CHECK(has(shown, " sample " + out.string() + " --prompt 123+456=\n"));
  const std::string metrics = read_file(out / "metrics.jsonl");
  CHECK(has(metrics, "{\"step\":1,\"grad_norm.token\":"));
  CHECK(has(metrics, "{\"step\":25,\"grad_norm.token\":"));
  CHECK(has(metrics, "{\"step\":20,\"prompt\":\""));
  const std::string written = read_file(page);
  CHECK(has(written, " · finished"));
  CHECK(has(written, "Gradient norm of each layer"));
  CHECK(has(written, "blocks.0.attention, head 1"));
  CHECK(has(written, "<dt>instruction_set</dt>"));
  fs::remove(page);
  CHECK(output_of({"report", out}) == "report: " + page.string() + "\n");
  CHECK(read_file(page) == written);

  const fs::path svg = folder.path / "block.svg";
  Process inspect(XGRAD_TRAIN_TRANSFORMER, {"inspect", out, "--svg", svg});
  if (inspect.end() == 0) {
    CHECK(has(read_file(svg), "softmax"));
  } else {
    CHECK(
        inspect.errors ==
        "train_transformer: cannot draw with Graphviz: its program dot is not installed (on Debian: apt-get "
        "install graphviz)\n");
    CHECK_FALSE(fs::exists(svg));
  }
}

TEST_CASE("a trained text is sampled and evaluated") {
  const Folder folder;
  const fs::path out = folder.path / "out";
  output_of(
      joined({"--text", passage, "--steps", "20", "--context", "8", "--sample", "0", "--out", out}, small));
  const auto sample = [&](const Words& options) {
    return output_of(joined({"sample", out, "--length", "30"}, options));
  };
  const std::string drawn = sample({"--prompt", "Zoë"});
  CHECK(drawn.starts_with("Zoë"));
  CHECK(decode_utf8(drawn, "it").size() == 3 + 30 + 1);
  CHECK(sample({"--prompt", "Zoë", "--stream"}) == drawn);
  CHECK(sample({"--prompt", "Zoë", "--seed", "1"}) != drawn);
  const std::string greedy = sample({"--prompt", "Zoë", "--temperature", "0"});
  CHECK(greedy != drawn);
  CHECK(sample({"--prompt", "Zoë", "--top-k", "1"}) == greedy);
  CHECK(sample({"--prompt", "Zoë", "--min-p", "1"}) == greedy);
  CHECK(sample({"--prompt", "Zoë", "--temperature", "0", "--repetition-penalty", "5"}) != greedy);
  CHECK(sample({"--prompt", "Zoë", "--top-p", "1e-9"}) == greedy);
  CHECK(output_of({"sample", out, "--prompt", "Zoë", "--length", "0"}) == "Zoë\n");
  CHECK(decode_utf8(sample({}), "it").size() == 31);
  CHECK(error_of({"sample", out, "--prompt", "你"}) ==
        "train_transformer: --prompt has characters that the training text does not have: '你' (U+4F60)\n");
  CHECK(has(output_of({"eval", out, passage}), " nats per character\nperplexity: "));
  CHECK(has(output_of({"eval", out}), "validation loss: "));
  write_file(folder.path / "short", "a");
  CHECK(has(error_of({"eval", out, folder.path / "short"}), "leaves nothing to predict"));
  const fs::path empty = folder.path / "empty";
  write_file(empty, "");
  const std::string is_empty = empty.string() + " is empty: there is nothing to read\n";
  CHECK(error_of({"eval", out, empty}) == "train_transformer: the text " + is_empty);
  CHECK(error_of({"--text", empty, "--out", folder.path / "none"}) ==
        "train_transformer: the training text " + is_empty);
  CHECK_FALSE(fs::exists(folder.path / "none"));
}

TEST_CASE("the score of a text is that of all its characters, whatever the size of the batches") {
  manual_seed(3);
  nn::GPT model({.vocab_size = 5, .context = 4, .d_model = 8, .num_layers = 1, .num_heads = 2});
  for (const auto& [name, parameter] : model.named_parameters()) nn::init::normal_(parameter);
  model.eval();
  std::vector<std::int64_t> tokens;
  for (int i = 0; i < 12; ++i) tokens.push_back(i * i % 5);
  // window by window: (0 1 2 3) → 1 2 3 4, ..., and the rest (8 9 10) → 9 10 11
  double loss = 0;
  std::int64_t right = 0;
  for (std::size_t start = 0; start < 11; start += 4) {
    const std::size_t end = std::min<std::size_t>(start + 4, 11);
    const auto at = [&](std::size_t i) { return tokens.begin() + static_cast<std::ptrdiff_t>(i); };
    const Variable logits = model(tensor(std::vector(at(start), at(end))).unsqueeze(0));
    for (std::size_t i = start; i < end; ++i) {
      const Tensor row = logits.value().select(0, 0).select(0, static_cast<std::int64_t>(i - start));
      loss -= log_softmax(row, 0).value().select(0, tokens[i + 1]).item<double>();
      right += argmax(row, 0).item<std::int64_t>() == tokens[i + 1];
    }
  }
  for (const std::int64_t size : {1, 2, 3, 100}) {
    CAPTURE(size);
    const TextScore score = score_text(model, tokens, size);
    CHECK(score.count == 11);
    CHECK(score.loss == doctest::Approx(loss / 11).epsilon(1e-6));
    CHECK(score.accuracy == doctest::Approx(static_cast<double>(right) / 11));
  }
  CHECK(score_text(model, {1, 2}, 8).count == 1);
}

TEST_CASE("a file that does not describe its model is refused") {
  const Folder folder;
  const fs::path out = folder.path / "out", path = out / "model.safetensors";
  output_of(joined({"--steps", "1", "--out", out}, small));
  const SafetensorsFile good = load_safetensors(path);
  const auto error_with = [&](const std::function<void(std::map<std::string, std::string>&)>& spoil) {
    std::map<std::string, std::string> metadata = good.metadata;
    spoil(metadata);
    save_safetensors(path, good.tensors, metadata);
    const std::string text = thrown_text([&] { open_model(out); });
    const std::string begin = "cannot use the model in " + path.string() + ": ";
    CHECK(text.starts_with(begin));
    return text.substr(std::min(begin.size(), text.size()));
  };
  CHECK(error_with([](auto& metadata) { metadata.clear(); }) == "its metadata have no model.vocab_size");
  CHECK(error_with([](auto& metadata) { metadata["model.d_model"] = "16x"; }) ==
        "its metadata have model.d_model '16x'");
  CHECK(error_with([](auto& metadata) { metadata["model.d_model"] = "-16"; }) ==
        "its metadata have model.d_model '-16'");
  CHECK(error_with([](auto& metadata) {
          metadata["model.d_model"] = "8";
        }).starts_with("[load_state_dict] the state does not fit xgrad::nn::GPT:"));
  CHECK(error_with([](auto& metadata) {
          metadata["model.num_layers"] = "1000000000";
        }).starts_with("its metadata describe a model of "));
  CHECK(error_with([](auto& metadata) { metadata["config.context"] = "0"; }) ==
        "the run's metadata have config.context '0'");
  CHECK(error_with([](auto& metadata) { metadata["config.task"] = "none"; }) ==
        "the run's metadata have config.task 'none'");
  CHECK(error_with([](auto& metadata) { metadata.erase("vocabulary"); }) ==
        "its metadata have no vocabulary");
  CHECK(error_with([](auto& metadata) { metadata["vocabulary"] = "0123456789"; }) ==
        "its vocabulary has 10 characters, and the model 12");
  CHECK(has(error_of({"sample", folder.path / "none", "--prompt", "1+2"}), (folder.path / "none").string()));
}
