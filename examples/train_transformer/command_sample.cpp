#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "../command_line/number_options.hpp"
#include "commands.hpp"
#include "model.hpp"
#include "sample.hpp"
#include "sums.hpp"

using namespace xgrad;

namespace {

struct SampleArguments {
  std::string run, prompt;
  std::int64_t length = 200, top_k = 0;
  std::optional<double> temperature;
  double top_p = 1, min_p = 0, repetition_penalty = 1;
  std::uint64_t seed = 0;
  bool stream = false;
};

int sample(const SampleArguments& options) {
  TrainedModel trained = open_model(options.run);
  const bool is_sum = trained.config.task == "addition";
  const std::int64_t digits = trained.config.digits;
  if (is_sum && options.prompt.empty())
    throw std::runtime_error("there is nothing to read: the model adds, and needs --prompt " +
                             example_question(digits));
  const std::string prompt = is_sum ? question_of(read_sum(options.prompt, digits)) : options.prompt;
  const SampleOptions how{.prompt = prompt_tokens(prompt, trained.vocabulary),
                          .length = is_sum ? digits + 1 : options.length,
                          .temperature = options.temperature.value_or(is_sum ? 0 : 1),
                          .top_k = options.top_k,
                          .top_p = options.top_p,
                          .min_p = options.min_p,
                          .repetition_penalty = options.repetition_penalty};
  training::watch_for_interrupt();
  Generator generator(options.seed);
  if (options.stream) {
    std::cout << prompt << std::flush;
    write_sample(trained.model, trained.vocabulary, how, generator, std::cout);
  } else {
    std::ostringstream written;
    write_sample(trained.model, trained.vocabulary, how, generator, written);
    std::cout << prompt << written.str();
  }
  std::cout << std::endl;
  return training::interrupted() ? 128 + training::interrupt_signal() : 0;
}

}  // namespace

void add_sample_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sample", "writes what a trained model continues a prompt with");
  const auto options = std::make_shared<SampleArguments>();
  command->footer(R"(Examples:
  train_transformer sample runs/addition --prompt 123+456=
  train_transformer sample runs/text --prompt "In the " --temperature 0.8)");
  command->option_defaults()->always_capture_default();
  command->add_option("RUN", options->run, "folder of a run, or a file in it")->required();
  command->add_option("--prompt", options->prompt, "start of the text, or a sum such as 123+456=");
  command->add_option("--length", options->length, "characters of text to write")->transform(whole_number(0));
  command
      ->add_option(
          "--temperature", options->temperature,
          "below 1 likelier characters, above 1 more varied ones, 0 the likeliest; 0 for a sum, else 1")
      ->check(number("from 0 up", [](double x) { return x >= 0; }));
  command->add_option("--top-k", options->top_k, "draw from the k likeliest characters only; 0: from all")
      ->transform(whole_number(0));
  command->add_option("--top-p", options->top_p, "draw from the fewest characters whose shares add up to p")
      ->check(number("above 0 and up to 1", [](double x) { return x > 0 && x <= 1; }));
  command
      ->add_option("--min-p", options->min_p,
                   "draw from the characters with at least this part of the likeliest one's share")
      ->check(number("from 0 up to 1", [](double x) { return x >= 0 && x <= 1; }));
  command
      ->add_option("--repetition-penalty", options->repetition_penalty,
                   "above 1: fewer characters that stand in the text already")
      ->check(positive());
  command->add_option("--seed", options->seed, "of the draws")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  command->add_flag("--stream", options->stream, "write each character as soon as it is there");
  command->final_callback([options, &action] { action = [options] { return sample(*options); }; });
}
