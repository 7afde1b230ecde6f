#include <iostream>
#include <memory>

#include "commands.hpp"
#include "model.hpp"

using namespace xgrad;

namespace {

int inspect(const std::string& run) {
  const TrainedModel trained = open_model(run);
  std::cout << trained.path.string() << '\n';
  for (const auto& [name, value] : config_metadata(trained.config)) {
    if (!value.empty()) std::cout << name.substr(name.find('.') + 1) << ": " << value << '\n';
  }
  std::cout << trained.model << '\n';
  return 0;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("inspect", "shows the options and parameters of a trained model");
  const auto run = std::make_shared<std::string>();
  command->footer("Example:\n  train_transformer inspect runs/addition");
  command->add_option("RUN", *run, "folder of a run, or a file in it")->required();
  command->final_callback([run, &action] { action = [run] { return inspect(*run); }; });
}
