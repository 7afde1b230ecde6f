#include <cmath>
#include <iomanip>
#include <iostream>
#include <memory>

#include "addition.hpp"
#include "commands.hpp"
#include "model.hpp"
#include "score_text.hpp"
#include "text.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

struct EvalArguments {
  std::string run, file;
};

int evaluate(const EvalArguments& options) {
  TrainedModel trained = open_model(options.run);
  if (options.file.empty()) {
    const Measure measure = make_task(trained.config)->validate(trained.model, trained.config.batch);
    std::cout << measure.name << ": " << measure.shown << '\n';
  } else if (trained.config.task == "addition") {
    const std::vector<AnsweredSum> sums = read_answered_sums(
        encode_utf8(read_text(options.file, "the file of sums")), options.file, trained.config.digits);
    std::cout << std::fixed << std::setprecision(2)
              << "accuracy: " << 100 * addition_accuracy(trained.model, sums) << " % of " << sums.size()
              << " sums\n";
  } else {
    const std::u32string text = read_text(options.file);
    const TextScore score =
        score_text(trained.model, trained.vocabulary.tokens(text, options.file), trained.config.batch);
    std::cout << std::fixed << std::setprecision(4) << "loss: " << score.loss
              << " nats per character\nperplexity: " << std::exp(score.loss)
              << "\naccuracy: " << std::setprecision(2) << 100 * score.accuracy << " % of " << score.count
              << " characters\n";
  }
  return 0;
}

}  // namespace

void add_eval_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("eval", "tells how well a trained model does on a file");
  const auto options = std::make_shared<EvalArguments>();
  command->footer(R"(Examples:
  train_transformer eval runs/addition
  train_transformer eval runs/text another.txt)");
  command->add_option("RUN", options->run, "folder of a run, or a file in it")->required();
  command->add_option(
      "FILE", options->file,
      "a text, or sums such as 042+917=0959 in lines; without it, the held-out data of the run");
  command->final_callback([options, &action] { action = [options] { return evaluate(*options); }; });
}
