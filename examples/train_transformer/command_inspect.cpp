#include <iomanip>
#include <iostream>
#include <memory>

#include "../command_line/number_options.hpp"
#include "commands.hpp"
#include "graphviz.hpp"
#include "model.hpp"

using namespace xgrad;

namespace {

struct InspectArguments {
  std::string run, svg;
};

void print_options(const TrainedModel& trained) {
  for (const auto& [name, value] : trained.metadata) {
    if (!value.empty() && name.starts_with("config.")) std::cout << name.substr(7) << ": " << value << '\n';
  }
}

void print_parameters(const nn::GPT& model) {
  std::size_t widest = 4;
  for (const auto& [name, parameter] : model.named_parameters()) widest = std::max(widest, name.size());
  const int width = static_cast<int>(widest);
  std::cout << std::left << std::setw(width) << "name"
            << "  " << std::setw(12) << "shape" << std::right << std::setw(10) << "numbers" << std::setw(12)
            << "norm\n";
  for (const auto& [name, parameter] : model.named_parameters()) {
    std::cout << std::left << std::setw(width) << name << "  " << std::setw(12) << parameter.shape().str()
              << std::right << std::setw(10) << parameter.numel() << std::setw(11) << std::setprecision(4)
              << norm(parameter).item<double>() << '\n';
  }
  std::cout << model.num_parameters() << " numbers in all\n";
}

// The tape of the first block, on 8 positions.
Tape tape_of_block(const nn::GPT& model) {
  const Variable x(zeros({1, std::min<std::int64_t>(8, model.options.context), model.options.d_model}), true);
  nn::NamedParameters names = model.blocks[0].named_parameters();
  names.emplace_back("x", x);
  return trace(model.blocks[0](x, nn::Mask::causal()), names);
}

int inspect(const InspectArguments& options) {
  const TrainedModel trained = open_model(options.run);
  const Tape tape = tape_of_block(trained.model);
  if (!options.svg.empty()) {
    write_svg(tape.to_dot(), options.svg);
    std::cout << "the tape of a block: " << options.svg << '\n';
    return 0;
  }
  std::cout << trained.path.string() << '\n';
  print_options(trained);
  std::cout << '\n';
  print_parameters(trained.model);
  std::cout << "\nThe tape of the first block:\n" << tape;
  return 0;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("inspect", "shows options, parameters and the tape of a block of a trained model");
  const auto options = std::make_shared<InspectArguments>();
  command->footer(R"(Examples:
  train_transformer inspect runs/addition
  train_transformer inspect runs/addition --svg block.svg)");
  command->add_option("RUN", options->run, "folder of a run, or a file in it")->required();
  command->add_option("--svg", options->svg, "draw the tape of a block into this file, with Graphviz")
      ->check(not_empty());
  command->final_callback([options, &action] { action = [options] { return inspect(*options); }; });
}
