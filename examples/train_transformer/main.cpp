// Trains a small GPT from the command line. Without arguments the model learns to add two 3-digit numbers
// (`--digits N`: of N digits).
// This takes about half a minute on two free cores and ends with a line such as
//
//   held-out accuracy: 100.00 %
//
// measured on 2,000 sums that are not in the training data. With `--text FILE` the model learns to continue
// that text, character by character. The program then prints the loss on the last tenth of the text, which is
// not in the training data, and a sample. The model goes to OUT/model.safetensors, the metrics to
// OUT/metrics.jsonl; if OUT holds an earlier run, to OUT-2, OUT-3, ... After Ctrl-C, or another signal that
// asks to stop, the program finishes the step, saves a checkpoint, and prints how to go on. `sample`, `eval`
// and `inspect` use a trained model; `train_transformer --help` lists all options. The exit status is 0 only
// if all of this succeeded.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <xgrad/xgrad.hpp>

#include "../command_line/help_format.hpp"
#include "../command_line/shell.hpp"
#include "commands.hpp"
#include "model_size.hpp"
#include "options.hpp"

using namespace xgrad;

namespace {

constexpr const char* examples = R"(Examples:
  train_transformer                               learn to add, in half a minute
  train_transformer --digits 2 --steps 600        learn to add smaller numbers
  train_transformer --text FILE --steps 5000      learn to continue a text
  mpirun -n 4 train_transformer --text FILE       train with four processes
  train_transformer --out runs/text --resume      go on after an interruption
  train_transformer sample runs/addition --prompt 123+456=
  train_transformer sample runs/text --prompt "In the " --temperature 0.8)";

// The next file that is opened would get the number of a closed standard stream, and would receive what the
// program prints. A file that cannot be used takes the number instead, so that printing fails.
void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) < 0) ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

int run(int argc, char** argv, Ranks& ranks) {
  // `train` is the command if none is named, and may be named.
  const std::string program = shell_quoted(argc > 0 ? argv[0] : "train_transformer");
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front() == "train") arguments.erase(arguments.begin());

  CLI::App app("Trains a small GPT, and uses it", "train_transformer");
  app.formatter(std::make_shared<HelpFormat>());
  app.footer(examples);
  Config config;
  Action action;
  add_options(app, config);
  add_sample_command(app, action);
  add_eval_command(app, action);
  add_inspect_command(app, action);
  add_report_command(app, action);
  try {
    std::reverse(arguments.begin(), arguments.end());  // the order of CLI11
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (ranks.rank() == 0) return app.exit(error);
    ranks.leave();  // waits until rank 0 has told
    return error.get_exit_code();
  }
  if (action && ranks.rank() > 0) return 0;  // only training is divided
  try {
    return action ? action() : train_command(config, given_options(app), program, ranks);
  } catch (const std::bad_alloc& error) {
    const auto* told = dynamic_cast<const OutOfMemory*>(&error);
    std::cerr << "train_transformer: " << (told ? told->what() : "there is not enough memory")
              << smaller_values_advice << '\n';
  } catch (const std::exception& error) {
    std::cerr << "train_transformer: " << error.what() << '\n';
  }
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  occupy_closed_streams();
  std::unique_ptr<Ranks> ranks;
  try {
    ranks = make_ranks();
  } catch (const std::exception& error) {
    std::cerr << "train_transformer: " << error.what() << '\n';
    return 1;
  }
  const int status = run(argc, argv, *ranks);
  // All ranks end so, or after a signal. One that fails ends the others, which would wait for it.
  if (status == 0 || status > 128) ranks->leave();
  if (std::cout.flush()) return status;
  std::cerr << "train_transformer: cannot write to the standard output\n";
  return status == 0 ? 1 : status;
}
