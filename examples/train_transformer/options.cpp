#include "options.hpp"

#include <algorithm>
#include <limits>
#include <sstream>
#include <string>

#include <xgrad/training/run_folder.hpp>

#include "../command_line/number_options.hpp"

namespace {

// The defaults for a text that differ from those for the addition.
const Config of_text = {.task = "text",
                        .steps = 2000,
                        .d_model = 128,
                        .layers = 4,
                        .batch = 12,
                        .lr = 1e-3,
                        .weight_decay = 0,
                        .out = "runs/text",
                        .beta2 = 0.99};

// An option of both tasks. The help shows the addition's default, and the text's if it differs.
template <class T>
CLI::Option* add_common(CLI::App& app, Config& config, const char* name, T Config::*value, const char* what) {
  std::ostringstream text;
  text << what;
  if (of_text.*value != Config().*value) text << "; for a text " << of_text.*value;
  return app.add_option(name, config.*value, text.str());
}

void add_model_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) { return add_common(app, config, option...)->group("Model"); };
  add("--d-model", &Config::d_model, "width")->transform(whole_number(1));
  add("--layers", &Config::layers, "transformer blocks")->transform(whole_number(1));
  add("--heads", &Config::heads, "attention heads; must divide the width")->transform(whole_number(1));
  add("--context", &Config::context,
      "characters that the model sees; always 3 * digits + 2 for a sum; for a text 64")
      ->default_str("11")
      ->transform(whole_number(1));
  add("--dropout", &Config::dropout, "share of the activations that training drops")
      ->check(number("from 0 up and below 1", [](double x) { return x >= 0 && x < 1; }));
}

void add_training_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) { return add_common(app, config, option...)->group("Training"); };
  add("--seed", &Config::seed, "of the weights, batches, held-out sums and the sample")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  add("--steps", &Config::steps, "steps of the optimiser")->transform(whole_number(1));
  add("--batch", &Config::batch, "sequences per step")->transform(whole_number(1));
  add("--lr", &Config::lr, "peak of the learning rate")->check(positive());
  add("--warmup", &Config::warmup, "steps in which the rate rises to its peak; at most --steps")
      ->transform(whole_number(0));
  add("--weight-decay", &Config::weight_decay, "of AdamW")->check(number("from 0 up", [](double x) {
    return x >= 0;
  }));
  app.add_flag("--mixed-precision", config.mixed_precision,
               "train with products of bfloat16; validation stays in float32")
      ->group("Training");
  add("--eval-every", &Config::eval_every, "steps between validations; 0: only at the end")
      ->transform(whole_number(0));
}

void add_run_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) { return add_common(app, config, option...)->group("Run"); };
  add("--out", &Config::out, "folder of the run, or a new one beside it if it holds a run")
      ->check(not_empty());
  app.add_flag("--resume", config.resume, "go on with the run in --out from its newest checkpoint")
      ->group("Run");
  add("--checkpoint-every", &Config::checkpoint_every, "steps between checkpoints; 0: only at the end")
      ->transform(whole_number(0));
  add("--keep", &Config::keep, "checkpoints that stay in the folder")->transform(whole_number(1));
}

void add_progress_options(CLI::App& app, Config& config) {
  using Form = xgrad::training::ProgressForm;
  const auto add = [&](const char* name, Form form, const char* what) {
    return app
        .add_flag_callback(
            name, [&config, form] { config.form = form; }, what)
        ->group("Run");
  };
  add("--quiet", Form::quiet, "print results only")
      ->excludes(add("--json", Form::json, "print one JSON object a line: for each step, note and result"));
}

void add_sample_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) {
    return add_common(app, config, option...)->group("Sample after training on a text");
  };
  add("--sample", &Config::sample, "its length in characters; 0: none")->transform(whole_number(0));
  add("--prompt", &Config::prompt, "its start; a new line if not given");
  add("--temperature", &Config::temperature, "below 1 likelier characters, above 1 more varied ones")
      ->check(positive());
}

// Sets the defaults for a text in all options that are not on the command line.
void take_defaults_of_text(const CLI::App& app, Config& config) {
  const auto take = [&](const char* option, auto value) {
    if (app.count(option) == 0) config.*value = of_text.*value;
  };
  take("--task", &Config::task);
  take("--steps", &Config::steps);
  take("--d-model", &Config::d_model);
  take("--layers", &Config::layers);
  take("--batch", &Config::batch);
  take("--lr", &Config::lr);
  take("--weight-decay", &Config::weight_decay);
  take("--out", &Config::out);
  config.beta2 = of_text.beta2;
  config.min_lr = config.lr / 10;
}

// The options of a run that is resumed are its own, so these rules do not hold on the command line.
void check_new_run(const CLI::App& app, const Config& config) {
  const bool has_text = app.count("--text") > 0;
  if (config.task == "text" && !has_text) throw CLI::ValidationError("--task", "text needs --text FILE");
  if (config.task != "text" && has_text)
    throw CLI::ValidationError("--text", "is not for --task " + config.task);
  for (const std::string option : {"--context", "--sample", "--prompt", "--temperature"}) {
    if (!has_text && app.count(option) > 0) throw CLI::RequiresError(option, "--text");
  }
  if (config.task != "addition" && app.count("--digits") > 0)
    throw CLI::ValidationError("--digits", "is not for a text");
  if (config.warmup > config.steps)
    throw CLI::ValidationError("--warmup",
                               "must be at most --steps, which is " + std::to_string(config.steps));
}

}  // namespace

void add_options(CLI::App& app, Config& config) {
  app.option_defaults()->always_capture_default();
  app.add_option("--task", config.task, "addition, or text")
      ->check(CLI::IsMember({"addition", "text"}))
      ->group("Task");
  app.add_option("--text", config.text, "file in UTF-8; the model learns to continue its text")
      ->check(not_empty())
      ->group("Task");
  app.add_option("--digits", config.digits, "of the numbers that are added; the sum has one more")
      ->transform(whole_number(1, most_digits))
      ->group("Task");
  add_model_options(app, config);
  add_training_options(app, config);
  add_run_options(app, config);
  add_progress_options(app, config);
  add_sample_options(app, config);
  app.final_callback([&app, &config] {
    if (!app.get_subcommands().empty()) return;
    if (app.count("--text") > 0) take_defaults_of_text(app, config);
    if (app.count("--warmup") == 0) config.warmup = std::min(config.warmup, config.steps);
    if (!config.resume || !xgrad::training::holds_run(config.out)) check_new_run(app, config);
    if (config.sample == 0 && app.count("--prompt") + app.count("--temperature") > 0)
      throw CLI::ValidationError("--sample", "0 leaves nothing for --prompt and --temperature to do");
  });
}

std::vector<std::string> given_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->count() > 0) names.push_back(option->get_name());
  }
  return names;
}
