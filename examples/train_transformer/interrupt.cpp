#include "interrupt.hpp"

#include <atomic>
#include <csignal>

namespace {

std::atomic<int> first_signal{0};
static_assert(std::atomic<int>::is_always_lock_free);  // a handler may touch nothing else

using Handler = void (*)(int);

void replace_handler(int signal, Handler from, Handler to) {
  struct sigaction action {};
  if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == from) std::signal(signal, to);
}

void ask_to_stop(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  // The others come more than once without anybody's asking again: SIGHUP from the kernel and from the shell,
  // SIGPIPE with each line of output, SIGXCPU each second.
  for (const int again : {SIGINT, SIGTERM}) replace_handler(again, ask_to_stop, SIG_DFL);
}

}  // namespace

void watch_for_interrupt() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU})
    replace_handler(signal, SIG_DFL, ask_to_stop);
  replace_handler(SIGXFSZ, SIG_DFL, SIG_IGN);
}

bool interrupted() { return interrupt_signal() != 0; }

int interrupt_signal() { return first_signal; }
