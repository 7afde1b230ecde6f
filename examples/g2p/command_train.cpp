#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "../command_line/number_options.hpp"
#include "commands.hpp"
#include "run.hpp"

namespace g2p {
namespace {

void add_recipe_options(CLI::App& command, TrainConfig& config) {
  Recipe& recipe = config.recipe;
  const auto share = number("from 0 up and below 1", [](double x) { return x >= 0 && x < 1; });
  const auto model = [&](CLI::Option* option) { return option->group("Model"); };
  model(command.add_option("--d-model", recipe.model.d_model, "width"))->transform(whole_number(2));
  model(command.add_option("--layers", recipe.model.layers, "of the encoder, and of the decoder"))
      ->transform(whole_number(1));
  model(command.add_option("--heads", recipe.model.heads, "attention heads; must divide the width"))
      ->transform(whole_number(1));
  model(command.add_option("--d-hidden", recipe.model.d_hidden, "width inside a feed-forward network"))
      ->transform(whole_number(1));
  model(command.add_option("--dropout", recipe.model.dropout, "share of the activations that training drops"))
      ->check(share);
  const auto training = [&](CLI::Option* option) { return option->group("Training"); };
  training(command.add_option("--batch-tokens", recipe.batch_tokens, "letters and phonemes in a step"))
      ->transform(whole_number(1));
  training(command.add_option("--lr", recipe.lr, "peak of the learning rate"))->check(positive());
  training(command.add_option("--warmup", recipe.warmup, "steps in which the rate rises to its peak"))
      ->transform(whole_number(0));
  training(command.add_option("--weight-decay", recipe.weight_decay, "of AdamW, for matrices"))
      ->check(number("from 0 up", [](double x) { return x >= 0; }));
  training(command.add_option("--label-smoothing", recipe.label_smoothing, "see cross_entropy"))
      ->check(share);
  training(command.add_option("--seed", recipe.seed, "of the weights, batches and dropout"))
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
}

void add_run_options(CLI::App& command, TrainConfig& config) {
  using Form = xgrad::training::ProgressForm;
  const auto run = [&](CLI::Option* option) { return option->group("Run"); };
  run(command.add_option("--out", config.out, "folder of the run, or a new one beside it if it holds a run"))
      ->check(not_empty());
  run(command.add_option("--checkpoint-every", config.checkpoint_every, "steps between checkpoints"))
      ->transform(whole_number(1));
  run(command.add_option("--keep", config.keep, "checkpoints that stay in the folder"))
      ->transform(whole_number(1));
  const auto form = [&](const char* name, Form value, const char* what) {
    return run(command.add_flag_callback(
        name, [&config, value] { config.form = value; }, what));
  };
  form("--quiet", Form::quiet, "print results only")
      ->excludes(form("--json", Form::json, "print one JSON object a line"));
}

}  // namespace

void add_train_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("train", "learns the pronunciations of a dictionary");
  const auto config = std::make_shared<TrainConfig>();
  config->dictionary = default_dictionary;
  command->option_defaults()->always_capture_default();
  command->footer(R"(Examples:
  g2p train
  g2p train --dict cmudict.dict --out runs/stress
  g2p train --out runs/stress --dict cmudict.dict --resume)");
  add_recipe_options(*command, *config);
  const std::vector<CLI::Option*> recipe = command->get_options();
  command->add_option("--dict", config->dictionary, "dictionary in CMU's format")
      ->check(not_empty())
      ->group("Training");
  command
      ->add_option(
          "--epochs", config->epochs,
          "passes over the words; " + std::to_string(Recipe().epochs) + ", or those of the resumed run")
      ->always_capture_default(false)
      ->default_str("")
      ->transform(whole_number(1))
      ->group("Training");
  add_run_options(*command, *config);
  CLI::Option* resume =
      command->add_flag("--resume", config->resume, "go on with the run in --out from its newest checkpoint")
          ->group("Run");
  for (CLI::Option* option : recipe) {
    if (!option->get_name().starts_with("--help")) resume->excludes(option);
  }
  command->final_callback([config, &action] {
    if (config->epochs > 0) config->recipe.epochs = config->epochs;
    action = [config] { return run(*config); };
  });
}

}  // namespace g2p
