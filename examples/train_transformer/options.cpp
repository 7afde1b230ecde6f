#include "options.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <sstream>

namespace {

CLI::Validator whole_number(std::int64_t least) {
  return {[least](std::string& text) {
            const bool is_whole = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
            if (is_whole && std::strtod(text.c_str(), nullptr) >= static_cast<double>(least))
              return std::string();
            return "must be a whole number from " + std::to_string(least) + " up, not " + text;
          },
          ""};
}

CLI::Validator number(const std::string& range, const std::function<bool(double)>& fits) {
  return {[range, fits](std::string& text) {
            char* end = nullptr;
            const double value = std::strtod(text.c_str(), &end);
            const bool is_number = !text.empty() && *end == '\0' && std::isfinite(value);
            return is_number && fits(value) ? std::string() : "must be a number " + range + ", not " + text;
          },
          ""};
}

CLI::Validator positive() {
  return number("above 0", [](double x) { return x > 0; });
}

// Where a text's defaults are other ones than the addition's.
const Config of_text = {.task = "text",
                        .steps = 2000,
                        .d_model = 128,
                        .layers = 4,
                        .batch = 12,
                        .lr = 1e-3,
                        .weight_decay = 0,
                        .out = "runs/text",
                        .beta2 = 0.99};

// An option that either task knows. The addition's default is shown by the side of its name, a text's behind
// what it is, if that is another one.
template <class T>
CLI::Option* add_common(CLI::App& app, Config& config, const char* name, T Config::*value, const char* what) {
  std::ostringstream text;
  text << what;
  if (of_text.*value != Config().*value) text << "; text: " << of_text.*value;
  return app.add_option(name, config.*value, text.str());
}

void add_common_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) { return add_common(app, config, option...); };
  add("--seed", &Config::seed, "of the weights, the batches, and what is held out or sampled")
      ->check(whole_number(0));
  add("--steps", &Config::steps, "optimiser steps")->check(whole_number(1));
  add("--d-model", &Config::d_model, "width of the model")->check(whole_number(1));
  add("--layers", &Config::layers, "transformer blocks")->check(whole_number(1));
  add("--heads", &Config::heads, "attention heads; must divide the width")->check(whole_number(1));
  add("--batch", &Config::batch, "sequences per step")->check(whole_number(1));
  add("--lr", &Config::lr, "peak learning rate")->check(positive());
  add("--warmup", &Config::warmup, "steps in which the learning rate rises to its peak")
      ->check(whole_number(0));
  add("--dropout", &Config::dropout, "share of the activations dropped in training")
      ->check(number("from 0 up and below 1", [](double x) { return x >= 0 && x < 1; }));
  add("--weight-decay", &Config::weight_decay, "AdamW's")->check(number("from 0 up", [](double x) {
    return x >= 0;
  }));
  add("--out", &Config::out, "folder for the model and the metrics");
}

// An option of a text, given without one, is an error rather than ignored.
void add_of_text(CLI::App& app, Config& config) {
  CLI::Option* text = app.get_option("--text");
  app.add_option("--context", config.context, "characters the model looks back")
      ->check(whole_number(1))
      ->needs(text);
  app.add_option("--eval-every", config.eval_every, "steps between validations; 0: only at the end")
      ->check(whole_number(0))
      ->needs(text);
  app.add_option("--sample", config.sample, "characters to be written after training")
      ->check(whole_number(0))
      ->needs(text);
  app.add_option("--prompt", config.prompt, "what the sample goes on from; if not given, a new line")
      ->needs(text);
  app.add_option("--temperature", config.temperature, "of the sample: below 1 likelier, above 1 bolder")
      ->check(positive())
      ->needs(text);
}

// A text's defaults for all that the command line does not say.
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

}  // namespace

void add_options(CLI::App& app, Config& config) {
  app.option_defaults()->always_capture_default();
  app.add_option("--task", config.task, "what to learn")->check(CLI::IsMember({"addition", "text"}));
  app.add_option("--text", config.text, "learn to go on with the text in this file (UTF-8)");
  add_common_options(app, config);
  add_of_text(app, config);
  app.final_callback([&app, &config] {
    const bool has_text = app.count("--text") > 0;
    if (has_text) take_defaults_of_text(app, config);
    if (config.task == "text" && !has_text) throw CLI::ValidationError("--task", "text needs --text FILE");
    if (config.task != "text" && has_text)
      throw CLI::ValidationError("--text", "is not for --task " + config.task);
    if (config.sample == 0 && app.count("--prompt") + app.count("--temperature") > 0)
      throw CLI::ValidationError("--sample", "0 leaves nothing for --prompt and --temperature to do");
  });
}
