#include <cmath>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "arguments.hpp"
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

Config config_in(const Arguments& arguments) {
  Config config;
  config.digits = arguments.whole_number("digits");
  config.layers = arguments.whole_number("layers");
  config.heads = arguments.whole_number("heads");
  config.d_model = arguments.whole_number("d_model");
  config.batch = arguments.whole_number("batch");
  config.seed = static_cast<std::uint64_t>(arguments.whole_number("seed"));
  config.lr = arguments.number("rate");
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

constexpr std::int64_t most_steps = 1000;  // so that the page is answered soon

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
  const auto of = [](const Json& arguments) { return Arguments("training", arguments); };
  return {
      {"training_start",
       [runs, of](const Json& arguments) {
         runs->begin(config_in(of(arguments)));
         return description_of(runs->current());
       }},
      {"training_steps",
       [runs, of](const Json& arguments) {
         return take_steps(runs->current(), of(arguments).whole_number("count", 1, most_steps));
       }},
      {"training_rate",
       [runs, of](const Json& arguments) {
         const double rate = of(arguments).number("rate");
         runs->current().set_rate(rate);
         return Json{{"rate", rate}};
       }},
      {"training_evaluate", [runs](const Json&) { return look_at_accuracy(runs->current()); }},
      {"training_attention",
       [runs, of](const Json& arguments) {
         return look_at_attention(runs->current(), of(arguments).text("sum"));
       }},
      {"training_gradient",
       [runs, of](const Json& arguments) {
         return look_at_gradient(runs->current(), of(arguments).text("name"));
       }},
      {"training_save", [runs](const Json&) { return save(runs->current()); }},
  };
}

}  // namespace xgrad::web
