#include <filesystem>
#include <iostream>
#include <memory>

#include "commands.hpp"
#include "model.hpp"
#include "run_report.hpp"

namespace {

int report(const std::filesystem::path& run) {
  const TrainedModel trained = open_model(run);
  const std::filesystem::path folder = std::filesystem::is_directory(run) ? run : trained.path.parent_path();
  std::cout << "report: "
            << write_run_report(folder, trained.model, trained.vocabulary, trained.metadata).string() << '\n';
  return 0;
}

}  // namespace

void add_report_command(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("report", "writes the page about a run, report.html, once more");
  const auto run = std::make_shared<std::string>();
  command->footer("Example:\n  train_transformer report runs/addition");
  command->add_option("RUN", *run, "folder of a run, or a file in it")->required();
  command->final_callback([run, &action] { action = [run] { return report(*run); }; });
}
