#include <iomanip>
#include <iostream>
#include <memory>
#include <string>

#include "../command_line/number_options.hpp"
#include "commands.hpp"
#include "open_model.hpp"
#include "pronounce.hpp"

namespace g2p {
namespace {

struct EvalArguments {
  std::string run = "runs/g2p", dictionary = default_dictionary, part = "test";
  std::int64_t beams = 5;
};

int evaluate(const EvalArguments& options) {
  const Pronouncer model = open_model(options.run);
  const Dictionary dictionary = read_dictionary(options.dictionary);
  const Part part = options.part == "test"         ? Part::test
                    : options.part == "validation" ? Part::validation
                                                   : Part::training;
  const ErrorRate rate = error_rate(model, dictionary.part(part), options.beams);
  std::cout << std::fixed << std::setprecision(2) << "word error: " << 100 * rate.of_words() << " % ("
            << rate.wrong_words << " of " << rate.words
            << " words)\nphoneme error: " << 100 * rate.of_phonemes() << " % (" << rate.edits << " of "
            << rate.phonemes << " phonemes)\n";
  return 0;
}

}  // namespace

void add_eval_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("eval", "tells how many words and phonemes are wrong");
  const auto options = std::make_shared<EvalArguments>();
  command->option_defaults()->always_capture_default();
  command->footer("Example:\n  g2p eval runs/g2p --part validation --beams 1");
  command->add_option("RUN", options->run, "folder of a run, or a file in it");
  command->add_option("--dict", options->dictionary, "dictionary in CMU's format")->check(not_empty());
  command->add_option("--part", options->part, "test, validation or training")
      ->check(CLI::IsMember({"test", "validation", "training"}));
  command->add_option("--beams", options->beams, "of the beam search; 1: greedy")->transform(whole_number(1));
  command->final_callback([options, &action] { action = [options] { return evaluate(*options); }; });
}

}  // namespace g2p
