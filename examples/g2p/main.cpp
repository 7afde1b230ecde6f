// Learns to pronounce English words from CMU's dictionary, with an encoder and a decoder.

#include <exception>
#include <iostream>
#include <memory>
#include <new>
#include <string>

#include <xgrad/core/base/error.hpp>

#include "../command_line/help_format.hpp"
#include "commands.hpp"

int main(int argc, char** argv) {
  CLI::App app("Learns to pronounce words: letters to phonemes", "g2p");
  app.formatter(std::make_shared<HelpFormat>());
  app.require_subcommand(1);
  app.footer(R"(Examples:
  g2p train                                       learn from CMU's dictionary
  g2p train --resume                              go on after an interruption
  g2p eval                                        error rates on the test words
  g2p say "tape based autograd"                   phonemes, and their letters
  g2p say autograd --svg autograd.svg             draw the attention, too)");
  g2p::Action action;
  g2p::add_train_command(app, action);
  g2p::add_eval_command(app, action);
  g2p::add_say_command(app, action);
  CLI11_PARSE(app, argc, argv);
  int status = 1;
  try {
    status = action();
  } catch (const std::bad_alloc& error) {
    const auto* told = dynamic_cast<const xgrad::OutOfMemory*>(&error);
    std::cerr << "g2p: " << (told ? told->what() : "there is not enough memory") << '\n';
  } catch (const std::exception& error) {
    std::cerr << "g2p: " << error.what() << '\n';
  }
  if (std::cout.flush()) return status;
  std::cerr << "g2p: cannot write to the standard output\n";
  return status == 0 ? 1 : status;
}
