#include <cmath>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "training_look.hpp"

namespace xgrad::web {
namespace {

// The run of the page. Each start makes another.
class Runs {
 public:
  TrainingRun& current() const {
    if (!run_) throw std::invalid_argument("[training] start a run first");
    return *run_;
  }
  void begin(const Config& config) { run_ = std::make_unique<TrainingRun>(config); }

 private:
  std::unique_ptr<TrainingRun> run_;
};

std::int64_t whole_number(const Json& arguments, const char* name) {
  const Json& value = arguments.at(name);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  throw std::invalid_argument("[training] " + std::string(name) + " must be a whole number, got " +
                              value.dump());
}

// So many that the page is answered soon.
std::int64_t step_count_in(const Json& arguments) {
  const std::int64_t count = whole_number(arguments, "count");
  if (count >= 1 && count <= 1000) return count;
  throw std::invalid_argument("[training] count must be from 1 to 1000, got " + std::to_string(count));
}

double rate_in(const Json& arguments) {
  const Json& value = arguments.at("rate");
  if (value.is_number()) return value.get<double>();
  throw std::invalid_argument("[training] the rate must be a number, got " + value.dump());
}

Config config_in(const Json& arguments) {
  Config config;
  config.digits = whole_number(arguments, "digits");
  config.layers = whole_number(arguments, "layers");
  config.heads = whole_number(arguments, "heads");
  config.d_model = whole_number(arguments, "d_model");
  config.batch = whole_number(arguments, "batch");
  config.seed = static_cast<std::uint64_t>(whole_number(arguments, "seed"));
  config.lr = rate_in(arguments);
  return config;
}

Json description_of(TrainingRun& run) {
  Json tensors = Json::array();
  for (const auto& [name, parameter] : run.model().named_parameters())
    tensors.push_back({{"name", name}, {"shape", to_json(parameter.shape())}});
  return {{"parameters", run.model().num_parameters()},
          {"tensors", tensors},
          {"loss_of_guessing", std::log(run.task().vocabulary().size())},  // all characters equally likely
          {"held_out", run.task().held_out().size()}};
}

// Stops at the step that diverges, and says why.
Json take_steps(TrainingRun& run, std::int64_t count) {
  Json answer{{"losses", Json::array()}};
  try {
    for (std::int64_t i = 0; i < count; ++i) {
      const Step step = run.step();
      answer["losses"].push_back(step.loss);
      answer["grad_norm"] = step.grad_norm;
      answer["rate"] = step.lr;
    }
  } catch (const Diverged& error) {
    answer["diverged"] = error.reason;
  }
  answer["step"] = run.steps_done();
  return answer;
}

Json save(const TrainingRun& run) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "addition.safetensors";
  run.save(path);
  return {{"path", path.string()}, {"bytes", std::filesystem::file_size(path)}};
}

}  // namespace

Calls training_calls() {
  const auto runs = std::make_shared<Runs>();
  const auto text = [](const Json& arguments, const char* name) {
    return arguments.at(name).get<std::string>();
  };
  return {
      {"training_start",
       [runs](const Json& arguments) {
         runs->begin(config_in(arguments));
         return description_of(runs->current());
       }},
      {"training_steps",
       [runs](const Json& arguments) { return take_steps(runs->current(), step_count_in(arguments)); }},
      {"training_rate",
       [runs](const Json& arguments) {
         const double rate = rate_in(arguments);
         runs->current().set_rate(rate);
         return Json{{"rate", rate}};
       }},
      {"training_evaluate", [runs](const Json&) { return look_at_accuracy(runs->current()); }},
      {"training_attention",
       [runs, text](const Json& arguments) {
         return look_at_attention(runs->current(), text(arguments, "sum"));
       }},
      {"training_gradient",
       [runs, text](const Json& arguments) {
         return look_at_gradient(runs->current(), text(arguments, "name"));
       }},
      {"training_save", [runs](const Json&) { return save(runs->current()); }},
  };
}

}  // namespace xgrad::web
