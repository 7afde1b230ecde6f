#include <xgrad/training/interrupt.hpp>

#include <atomic>
#include <csignal>
#include <ctime>

namespace xgrad::training {
namespace {

std::atomic<int> first_signal{0};
std::atomic<long> last_repeat{0};  // in milliseconds: until then, a second signal repeats the first request
static_assert(std::atomic<long>::is_always_lock_free);  // a signal handler may only use lock-free atomics

long milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

using Handler = void (*)(int);

void replace_handler(int signal, Handler from, Handler to) {
  struct sigaction action {};
  if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == from) std::signal(signal, to);
}

void ask_to_stop(int signal) {
  long none = 0;
  last_repeat.compare_exchange_strong(none, milliseconds() + 1000);
  int unset = 0;
  if (first_signal.compare_exchange_strong(unset, signal)) return;
  // `timeout` sends each request twice, to the process and to its group. Other signals repeat, too: SIGHUP
  // comes from the kernel and from the shell, SIGPIPE with each line of output, SIGXCPU each second.
  if ((signal != SIGINT && signal != SIGTERM) || milliseconds() < last_repeat) return;
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

void watch_for_interrupt() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU})
    replace_handler(signal, SIG_DFL, ask_to_stop);
  replace_handler(SIGXFSZ, SIG_DFL, SIG_IGN);
}

bool interrupted() { return interrupt_signal() != 0; }

int interrupt_signal() { return first_signal; }

}  // namespace xgrad::training
