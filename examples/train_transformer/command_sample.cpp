#include <iostream>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "model.hpp"
#include "number_options.hpp"
#include "sample.hpp"
#include "sums.hpp"
#include "utf8.hpp"

using namespace xgrad;

namespace {

struct Options {
  std::string run, prompt;
  std::int64_t length = 200;
  double temperature = 1;
  std::uint64_t seed = 0;
};

int sample(const Options& options) {
  TrainedModel trained = open_model(options.run);
  const bool is_sum = trained.config.task == "addition";
  const std::string prompt = is_sum ? question_of(read_sum(options.prompt)) : options.prompt;
  const std::u32string text = prompt.empty() ? U"\n" : decode_utf8(prompt, "--prompt");
  train::watch_for_interrupt();
  Generator generator(options.seed);
  std::cout << prompt;
  write_sample(trained.model, trained.vocabulary,
               {.prompt = trained.vocabulary.tokens(text, "--prompt"),
                .length = is_sum ? std::int64_t{Sum::digits} : options.length,
                .temperature = options.temperature},
               generator, std::cout);
  std::cout << std::endl;
  return train::interrupted() ? 128 + train::interrupt_signal() : 0;
}

}  // namespace

void add_sample_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sample", "writes what a trained model continues a prompt with");
  const auto options = std::make_shared<Options>();
  command->footer(R"(Examples:
  train_transformer sample runs/addition --prompt 123+456=
  train_transformer sample runs/text --prompt "In the " --temperature 0.8)");
  command->option_defaults()->always_capture_default();
  command->add_option("RUN", options->run, "folder of a run, or a file in it")->required();
  command->add_option("--prompt", options->prompt, "start of the text, or a sum such as 123+456=");
  command->add_option("--length", options->length, "characters of text to write")->transform(whole_number(0));
  command
      ->add_option("--temperature", options->temperature,
                   "below 1 likelier characters, above 1 more varied ones")
      ->check(positive());
  command->add_option("--seed", options->seed, "of the draws")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  command->final_callback([options, &action] { action = [options] { return sample(*options); }; });
}
