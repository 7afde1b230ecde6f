#include "setup.hpp"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "model.hpp"
#include "model_size.hpp"

using namespace xgrad;
namespace fs = std::filesystem;

namespace {

nn::GPT make_model(const Task& task, const Config& config) {
  const nn::GPTOptions options = task.model_options(config);
  check_size(options, config.batch);
  manual_seed(config.seed);
  return nn::GPT(options);
}

std::string joined(const Metadata& metadata) {
  std::string text;
  for (const auto& [name, value] : metadata) text += name + '=' + value + '\n';
  return text;
}

}  // namespace

Setup::Setup(const Config& given, Ranks& ranks)
    : config(given),
      task(make_task(config)),
      model(make_model(*task, config)),
      trainer(model, config, ranks),
      metadata(run_metadata(config, *task, model)) {
  ranks.check_same("options or data", joined(metadata));
  batches.manual_seed(config.seed + 1);
  state.add("model", model)
      .add("optimizer", trainer.optimizer)
      .add("schedule", trainer.schedule)
      .add("generator.default", default_generator())
      .add("generator.batches", batches);
}

void Setup::load(const training::Checkpoint& checkpoint) {
  if (checkpoint.text("data") != metadata.at("data"))
    throw std::runtime_error("the training text of the run in " + config.out +
                             " has changed: " + config.text);
  state.load(checkpoint);
  trainer.steps_done = checkpoint.step;
}

Beginning beginning_of_run(Config given, const std::vector<std::string>& options) {
  if (!given.text.empty()) given.text = fs::absolute(given.text);  // for another working directory
  if (!given.resume || !training::holds_run(given.out)) return {given};
  auto checkpoint = training::newest_checkpoint(given.out);
  if (!checkpoint) {
    throw std::runtime_error("the run in " + given.out +
                             " has no checkpoint and cannot be resumed; name another folder with --out");
  }
  Config config = resumed_config(given, options, checkpoint->metadata);
  return {std::move(config), std::move(checkpoint)};
}
