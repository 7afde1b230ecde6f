#include "options.hpp"

#include <cmath>
#include <cstdlib>
#include <functional>

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

// Options that either task knows; the addition's defaults are shown by the side of the names.
void add_common(CLI::App& app, Config& config) {
  app.add_option("--seed", config.seed, "of the weights, the batches, and what is held out or sampled")
      ->check(whole_number(0));
  app.add_option("--steps", config.steps, "optimiser steps; text: 2000")->check(whole_number(1));
  app.add_option("--d-model", config.d_model, "width of the model; text: 128")->check(whole_number(1));
  app.add_option("--layers", config.layers, "transformer blocks; text: 4")->check(whole_number(1));
  app.add_option("--heads", config.heads, "attention heads; must divide the width")->check(whole_number(1));
  app.add_option("--batch", config.batch, "sequences per step; text: 12")->check(whole_number(1));
  app.add_option("--lr", config.lr, "peak learning rate; text: 0.001")->check(positive());
  app.add_option("--warmup", config.warmup, "steps in which the learning rate rises to its peak")
      ->check(whole_number(0));
  app.add_option("--dropout", config.dropout, "share of the activations dropped in training")
      ->check(number("from 0 up and below 1", [](double x) { return x >= 0 && x < 1; }));
  app.add_option("--weight-decay", config.weight_decay, "AdamW's; text: 0")
      ->check(number("from 0 up", [](double x) { return x >= 0; }));
  app.add_option("--out", config.out, "folder for the model and the metrics; text: runs/text");
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

// What of the defaults is another one for a text.
void take_defaults_of_text(const CLI::App& app, Config& config) {
  const auto otherwise = [&app](const char* option, auto& value, auto of_text) {
    if (app.count(option) == 0) value = of_text;
  };
  otherwise("--task", config.task, "text");
  otherwise("--steps", config.steps, 2000);
  otherwise("--d-model", config.d_model, 128);
  otherwise("--layers", config.layers, 4);
  otherwise("--batch", config.batch, 12);
  otherwise("--lr", config.lr, 1e-3);
  otherwise("--weight-decay", config.weight_decay, 0);
  otherwise("--out", config.out, "runs/text");
  config.min_lr = config.lr / 10;
  config.beta2 = 0.99;
}

}  // namespace

void add_options(CLI::App& app, Config& config) {
  app.option_defaults()->always_capture_default();
  app.add_option("--task", config.task, "what to learn")->check(CLI::IsMember({"addition", "text"}));
  app.add_option("--text", config.text, "learn to go on with the text in this file (UTF-8)");
  add_common(app, config);
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
