#include "config_text.hpp"

#include <algorithm>
#include <stdexcept>

#include <xgrad/core/base/number_text.hpp>

#include "../command_line/number_text.hpp"

namespace {

std::string text_of(const std::string& value) { return value; }
std::string text_of(double value) { return xgrad::number_text(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }

template <class T>
std::string text_of(T value) {
  return number_text(value);
}

bool read(const std::string& text, std::string& value) {
  value = text;
  return true;
}

bool read(const std::string& text, double& value) { return xgrad::read_number(text, value); }

bool read(const std::string& text, bool& value) {
  value = text == "true";
  return value || text == "false";
}

template <class T>
bool read(const std::string& text, T& value) {
  return read_number(text, value);
}

// Rules that a division, or the choice of a task, relies on. The rest are checked where they are used.
bool is_valid(const std::string& name, const std::string& value) {
  return name != "task" || value == "addition" || value == "text";
}
bool is_valid(const std::string& name, std::int64_t value) {
  if (name == "digits" && value > most_digits) return false;
  return value >= (name == "warmup" || name == "eval-every" ? 0 : 1);
}
bool is_valid(const std::string&, std::uint64_t) { return true; }
bool is_valid(const std::string&, double) { return true; }
bool is_valid(const std::string&, bool) { return true; }

// Calls use(name, member) for each option that decides what a run computes.
template <class AnyConfig, class Use>
void for_each_option(AnyConfig& c, const Use& use) {
  use("task", c.task);
  use("digits", c.digits);
  use("seed", c.seed);
  use("steps", c.steps);
  use("d-model", c.d_model);
  use("layers", c.layers);
  use("heads", c.heads);
  use("batch", c.batch);
  use("lr", c.lr);
  use("warmup", c.warmup);
  use("dropout", c.dropout);
  use("weight-decay", c.weight_decay);
  use("mixed-precision", c.mixed_precision);
  use("eval-every", c.eval_every);
  use("min-lr", c.min_lr);
  use("beta2", c.beta2);
  use("text", c.text);
  use("context", c.context);
}

}  // namespace

Metadata config_metadata(const Config& config) {
  Metadata metadata;
  for_each_option(config, [&](const std::string& name, const auto& value) {
    metadata["config." + name] = text_of(value);
  });
  return metadata;
}

void read_config(const Metadata& metadata, Config& config) {
  const Metadata defaults = config_metadata(Config());
  for_each_option(config, [&](const std::string& name, auto& value) {
    const auto found = metadata.find("config." + name);
    // Files that are older than these options do not name them; the defaults hold.
    const bool may_be_older = name == "digits" || name == "mixed-precision";
    if (found == metadata.end() && !may_be_older)
      throw std::runtime_error("the run's metadata have no config." + name);
    const std::string text = found == metadata.end() ? defaults.at("config." + name) : found->second;
    if (!read(text, value) || !is_valid(name, value))
      throw std::runtime_error("the run's metadata have config." + name + " '" + text + "'");
  });
}

Config resumed_config(const Config& config, const std::vector<std::string>& given, const Metadata& metadata) {
  Config resumed = config;
  read_config(metadata, resumed);
  const bool has_text = std::find(given.begin(), given.end(), "--text") != given.end();
  const Metadata ours = config_metadata(config), its = config_metadata(resumed);
  const auto is_given = [&](const std::string& name) {
    return std::find(given.begin(), given.end(), "--" + name) != given.end() || (name == "task" && has_text);
  };
  std::string contradictions;
  for_each_option(config, [&](const std::string& name, const auto&) {
    const std::string key = "config." + name;
    if (name == "text" || !is_given(name) || ours.at(key) == its.at(key)) return;
    contradictions += "\n  --" + name + ' ' + ours.at(key) + ", and the run has " + its.at(key);
  });
  if (!contradictions.empty())
    throw std::runtime_error("--resume goes on with the options of the run, but:" + contradictions);
  if (has_text) resumed.text = config.text;  // which may have moved
  return resumed;
}
