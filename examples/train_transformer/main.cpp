// Trains a small GPT from the command line. Without arguments the model learns to add two 3-digit numbers.
// This takes about half a minute on two free cores and ends with a line such as
//
//   held-out accuracy: 100.00 %
//
// measured on 2,000 sums that are not in the training data. With `--text FILE` the model learns to continue
// that text, character by character. The program then prints the loss on the last tenth of the text, which is
// not in the training data, and a sample. `train_transformer --help` lists the options. The model goes to
// OUT/model.safetensors, the metrics to OUT/metrics.jsonl; if OUT holds an earlier run, to OUT-2, OUT-3, ...
// After Ctrl-C, or another signal that asks to stop, the program finishes the step, saves, and prints where.
// The exit status is 0 only if all of this succeeded. The training loop is `train`, in train.cpp.

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <exception>
#include <iomanip>
#include <iostream>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/train/interrupt.hpp>

#include "addition.hpp"
#include "memory.hpp"
#include "options.hpp"
#include "progress.hpp"
#include "run.hpp"
#include "sample.hpp"
#include "text.hpp"
#include "train.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

nn::GPT make_model(const Config& config, std::int64_t vocab_size, std::int64_t context, bool tied) {
  const nn::GPTOptions options{.vocab_size = vocab_size,
                               .context = context,
                               .d_model = config.d_model,
                               .num_layers = config.layers,
                               .num_heads = config.heads,
                               .dropout = config.dropout,
                               .tied_head = tied};
  check_memory(options, config.batch);
  return nn::GPT(options);
}

void announce(const Config& config, const nn::GPT& model, const RunFolder& folder) {
  if (folder.path() != config.out)
    std::cout << config.out << " holds an earlier run; this run goes to " << folder.path().string() << '\n';
  std::cout << "GPT with " << model.num_parameters() << " parameters learns " << config.task << std::endl;
}

// Each step prints a line of progress and logs a line of metrics.
void report(const Step& step, Progress& progress, RunFolder& folder) {
  progress.report(step.number, step.loss);
  folder.log({{"step", step.number},
              {"loss", step.loss},
              {"lr", step.lr},
              {"seconds", progress.seconds()},
              {"tokens_per_second", progress.tokens_per_second(step.number)}});
}

using Metadata = std::map<std::string, std::string>;

void save(const nn::GPT& model, const Metadata& metadata, bool finished, Progress& progress,
          const RunFolder& folder) {
  progress.finish();
  std::cout << "trained for " << std::fixed << std::setprecision(1) << progress.seconds() << " s\n";
  folder.save(model, metadata);
  const std::string text = (finished ? "saved to " : "interrupted; saved to ") + folder.model_path().string();
  std::cout << text << std::endl;
  if (!std::cout) std::cerr << text << '\n';  // the path of the model must not be lost with the output
}

void run_addition(const Config& config) {
  manual_seed(config.seed);
  Generator batches(config.seed + 1), held_out(config.seed + 2);
  const Addition task(/*held_out=*/2000, held_out);
  nn::GPT model = make_model(config, Addition::vocab_size, Addition::context, /*tied=*/false);
  RunFolder folder(config.out);  // after the checks: nothing is created for a run that cannot start
  announce(config, model, folder);

  xgrad::train::watch_for_interrupt();
  Progress progress(config.steps, config.batch * Addition::context);
  const auto next_batch = [&] { return task.next_batch(config.batch, batches); };
  const auto after_step = [&](const Step& step) { report(step, progress, folder); };
  const bool finished = fit(model, config, next_batch, after_step);
  save(model, {}, finished, progress, folder);
  if (!finished) return;

  const double accuracy = task.held_out_accuracy(model);
  folder.log({{"held_out_accuracy", accuracy}});
  std::cout << "held-out accuracy: " << std::setprecision(2) << 100 * accuracy << " %\n";
  folder.check_metrics();
}

// Without --prompt, the sample starts like a line of the text.
std::u32string prompt_of(const Config& config, const std::u32string& text) {
  if (!config.prompt.empty()) return decode_utf8(config.prompt, "--prompt");
  return {text.find(U'\n') == std::u32string::npos ? text.front() : U'\n'};
}

void run_text(const Config& config) {
  const std::u32string characters = read_text(config.text);
  const Text task(characters, config.context);
  const std::vector<std::int64_t> prompt =
      task.vocabulary().tokens(prompt_of(config, characters), "--prompt");
  manual_seed(config.seed);
  Generator batches(config.seed + 1), samples(config.seed + 2);
  nn::GPT model = make_model(config, task.vocabulary().size(), config.context, /*tied=*/true);
  RunFolder folder(config.out);
  announce(config, model, folder);

  xgrad::train::watch_for_interrupt();
  Progress progress(config.steps, config.batch * config.context);
  const auto next_batch = [&] { return task.next_batch(config.batch, batches); };
  const auto after_step = [&](const Step& step) {
    report(step, progress, folder);
    if (config.eval_every == 0 || step.number % config.eval_every != 0 || step.number == config.steps) return;
    const std::optional<double> loss = task.validation_loss(model, config.batch);
    if (!loss) return;
    folder.log({{"step", step.number}, {"validation_loss", *loss}});
    progress.finish();
    std::cout << "step " << step.number << ": validation loss " << std::fixed << std::setprecision(4) << *loss
              << std::endl;
  };
  const bool finished = fit(model, config, next_batch, after_step);
  save(model, {{"vocabulary", encode_utf8(task.vocabulary().characters())}}, finished, progress, folder);
  if (!finished) return;

  const std::optional<double> loss = task.validation_loss(model, config.batch);
  if (!loss) return;
  folder.log({{"validation_loss", *loss}});
  std::cout << "validation loss: " << std::setprecision(4) << *loss << '\n';
  if (config.sample > 0) {
    std::cout << "sample:\n" << config.prompt;
    write_sample(model, task.vocabulary(),
                 {.prompt = prompt, .length = config.sample, .temperature = config.temperature}, samples,
                 std::cout);
    std::cout << '\n';
  }
  folder.check_metrics();
}

// The next file that is opened would get the number of a closed standard stream, and would receive what the
// program prints. A file that cannot be used takes the number instead, so that printing fails.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int run(int argc, char** argv) {
  CLI::App app("Trains a small GPT");
  Config config;
  add_options(app, config);
  CLI11_PARSE(app, argc, argv);
  try {
    config.task == "text" ? run_text(config) : run_addition(config);
  } catch (const std::bad_alloc& error) {
    const auto* told = dynamic_cast<const OutOfMemory*>(&error);
    std::cerr << "train_transformer: " << (told ? told->what() : "there is not enough memory")
              << smaller_values_advice << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "train_transformer: " << error.what() << '\n';
    return 1;
  }
  return xgrad::train::interrupted() ? 128 + xgrad::train::interrupt_signal()
                                     : 0;  // like a shell's status for a program that the signal ended
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_streams();
  const int status = run(argc, argv);
  if (std::cout.flush()) return status;
  std::cerr << "train_transformer: cannot write to the standard output\n";
  return status == 0 ? 1 : status;
}
