#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <system_error>

namespace {

std::string must_be(const std::string& range, const std::string& text) {
  return "must be a " + range + ", not '" + text + "'";
}

// Reads the whole of `text` as a number; false if it is not one of this type.
template <class T>
bool parse(const std::string& text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end;
}

// Rewrites the digits, as CLI11 would take 017 for an octal number.
CLI::Validator whole_number(std::uint64_t least,
                            std::uint64_t most = std::numeric_limits<std::int64_t>::max()) {
  return {[least, most](std::string& text) {
            std::uint64_t value = 0;
            if (!parse(text, value) || value < least || value > most) {
              return must_be("whole number from " + std::to_string(least) + " to " + std::to_string(most),
                             text);
            }
            text = std::to_string(value);
            return std::string();
          },
          ""};
}

CLI::Validator number(const std::string& range, const std::function<bool(double)>& fits) {
  return {[range, fits](std::string& text) {
            double value = 0;
            const bool is_fine = parse(text, value) && std::isfinite(value) && fits(value);
            return is_fine ? std::string() : must_be("number " + range, text);
          },
          ""};
}

CLI::Validator path() {
  return {[](std::string& text) { return text.empty() ? std::string("must not be empty") : std::string(); },
          ""};
}

CLI::Validator positive() {
  return number("above 0", [](double x) { return x > 0; });
}

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

// An option of both tasks. The help shows the addition's default beside the option's name, and the text's
// after the description if it differs.
template <class T>
CLI::Option* add_common(CLI::App& app, Config& config, const char* name, T Config::*value, const char* what) {
  std::ostringstream text;
  text << what;
  if (of_text.*value != Config().*value) text << "; text: " << of_text.*value;
  return app.add_option(name, config.*value, text.str());
}

void add_common_options(CLI::App& app, Config& config) {
  const auto add = [&](auto... option) { return add_common(app, config, option...); };
  add("--seed", &Config::seed, "seed of the weights, the batches, the held-out sums and the sample")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()));
  add("--steps", &Config::steps, "steps of the optimiser")->transform(whole_number(1));
  add("--d-model", &Config::d_model, "width of the model")->transform(whole_number(1));
  add("--layers", &Config::layers, "number of transformer blocks")->transform(whole_number(1));
  add("--heads", &Config::heads, "number of attention heads; must divide the width")
      ->transform(whole_number(1));
  add("--batch", &Config::batch, "sequences per step")->transform(whole_number(1));
  add("--lr", &Config::lr, "peak learning rate")->check(positive());
  add("--warmup", &Config::warmup, "steps in which the learning rate rises to its peak; at most --steps")
      ->transform(whole_number(0));
  add("--dropout", &Config::dropout, "share of the activations that training drops")
      ->check(number("from 0 up and below 1", [](double x) { return x >= 0 && x < 1; }));
  add("--weight-decay", &Config::weight_decay, "weight decay of AdamW")
      ->check(number("from 0 up", [](double x) { return x >= 0; }));
  add("--out", &Config::out, "folder for the model and the metrics, or a new one beside it if it holds a run")
      ->check(path());
}

// Without --text these options are errors.
void add_of_text(CLI::App& app, Config& config) {
  CLI::Option* text = app.get_option("--text");
  app.add_option("--context", config.context, "number of characters that the model sees")
      ->transform(whole_number(1))
      ->needs(text);
  app.add_option("--eval-every", config.eval_every, "steps between validations; 0: only at the end")
      ->transform(whole_number(0))
      ->needs(text);
  app.add_option("--sample", config.sample, "length of the sample after training, in characters")
      ->transform(whole_number(0))
      ->needs(text);
  app.add_option("--prompt", config.prompt, "start of the sample; a new line if not given")->needs(text);
  app.add_option("--temperature", config.temperature,
                 "below 1 the sample has likelier characters, above 1 more varied ones")
      ->check(positive())
      ->needs(text);
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

}  // namespace

void add_options(CLI::App& app, Config& config) {
  app.option_defaults()->always_capture_default();
  app.add_option("--task", config.task, "what to learn")->check(CLI::IsMember({"addition", "text"}));
  app.add_option("--text", config.text, "file in UTF-8; the model learns to continue its text")
      ->check(path());
  add_common_options(app, config);
  add_of_text(app, config);
  app.final_callback([&app, &config] {
    const bool has_text = app.count("--text") > 0;
    if (has_text) take_defaults_of_text(app, config);
    if (app.count("--warmup") == 0) config.warmup = std::min(config.warmup, config.steps);
    if (config.warmup > config.steps)
      throw CLI::ValidationError("--warmup",
                                 "must be at most --steps, which is " + std::to_string(config.steps));
    if (config.task == "text" && !has_text) throw CLI::ValidationError("--task", "text needs --text FILE");
    if (config.task != "text" && has_text)
      throw CLI::ValidationError("--text", "is not for --task " + config.task);
    if (config.sample == 0 && app.count("--prompt") + app.count("--temperature") > 0)
      throw CLI::ValidationError("--sample", "0 leaves nothing for --prompt and --temperature to do");
  });
}
