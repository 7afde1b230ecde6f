// What the ranks but the first do in a run: the same steps, without a word or a file.
#include <string>
#include <utility>
#include <vector>

#include <xgrad/training/interrupt.hpp>

#include "commands.hpp"
#include "setup.hpp"

using namespace xgrad;

int follow_command(Config config, const std::vector<std::string>& given, Ranks& ranks) {
  Beginning beginning = beginning_of_run(std::move(config), given);
  Setup setup(beginning.config, ranks);
  if (beginning.checkpoint) setup.load(*beginning.checkpoint);
  ranks.check_same("checkpoints", std::to_string(setup.trainer.steps_done));
  training::watch_for_interrupt();
  try {
    fit(setup.trainer, setup.config,
        {.next_batch = [&] { return setup.task->next_batch(setup.config.batch, setup.batches); }});
  } catch (const Diverged&) {
    // On all ranks. This one waits until rank 0, which does not leave, has printed the error and ends all.
    ranks.leave();
    return 1;
  }
  return training::interrupted() ? 128 + training::interrupt_signal() : 0;
}
