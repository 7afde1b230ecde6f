#include <cerrno>
#include <fstream>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "../command_line/number_options.hpp"
#include "attention_picture.hpp"
#include "commands.hpp"
#include "open_model.hpp"
#include "pronounce.hpp"

namespace g2p {
namespace {

struct SayArguments {
  std::string run = "runs/g2p", text, svg;
  std::int64_t beams = 5;
  bool quiet = false;
};

// In lower case. Blanks and the marks of a sentence stand between words.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words{""};
  for (const char c : text) {
    if (std::string(" \t\n,;:!?\"()").find(c) == std::string::npos) {
      words.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

void write_drawing(const std::string& path, const std::vector<Reading>& readings) {
  errno = 0;
  std::ofstream file(path);
  if (file << attention_drawing(readings) << std::flush) return;
  throw std::runtime_error("cannot write to " + path + ": " + std::system_category().message(errno));
}

int say(const SayArguments& options) {
  const std::vector<std::string> words = words_of(options.text);
  if (words.empty()) throw std::runtime_error("there is no word to say");
  Pronouncer model = open_model(options.run);
  const std::vector<Tokens> said = pronounce(model, words, options.beams);
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::cout << (options.quiet ? "" : words[i] + ": ") << model.phonemes.names(said[i]) << '\n';
    if (options.quiet && options.svg.empty()) continue;
    readings.push_back(read_word(model, words[i], said[i]));
    if (!options.quiet) std::cout << attention_text(readings.back()) << '\n';
  }
  if (!options.svg.empty()) write_drawing(options.svg, readings);
  return 0;
}

}  // namespace

void add_say_command(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("say", "prints the phonemes of words, and which letters they come from");
  const auto options = std::make_shared<SayArguments>();
  command->option_defaults()->always_capture_default();
  command->footer(R"(Examples:
  g2p say "tape based autograd"
  g2p say autograd --run runs/stress --svg autograd.svg)");
  command->add_option("TEXT", options->text, "words")
      ->required()
      ->always_capture_default(false)
      ->default_str("");
  command->add_option("--run", options->run, "folder of a run, or a file in it")->check(not_empty());
  command->add_option("--svg", options->svg, "file for a drawing of the attention")
      ->always_capture_default(false)
      ->default_str("")
      ->check(not_empty());
  command->add_option("--beams", options->beams, "of the beam search; 1: greedy")->transform(whole_number(1));
  command->add_flag("--quiet", options->quiet, "print the phonemes only, a line for each word");
  command->final_callback([options, &action] { action = [options] { return say(*options); }; });
}

}  // namespace g2p
