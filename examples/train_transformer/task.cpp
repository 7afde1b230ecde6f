#include "task.hpp"

#include "addition.hpp"
#include "text.hpp"

std::unique_ptr<Task> make_task(const Config& config) {
  if (config.task == "text")
    return std::make_unique<Text>(read_text(config.text, "the training text"), config.context);
  xgrad::Generator held_out(config.seed + 2);
  return std::make_unique<Addition>(config.digits, /*held_out=*/2000, held_out);
}
