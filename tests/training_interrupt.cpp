// Signals that ask a training run to stop. Each case runs in its own process.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include <doctest/doctest.h>
#include <xgrad/training/interrupt.hpp>

using namespace xgrad::training;

namespace {

// Runs `body` in a child with the signal handlers of a new program. Returns its result, or minus the signal
// that ended it.
int outcome_of(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ}) ::signal(signal, SIG_DFL);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("a signal asks to stop, and the first one is remembered") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU}) {
    CAPTURE(signal);
    CHECK(outcome_of([signal] {
            watch_for_interrupt();
            if (interrupted()) return 0;
            ::raise(signal);
            if (!interrupted()) return 0;
            for (const int again : {SIGHUP, SIGPIPE, SIGXCPU, SIGXFSZ}) ::raise(again);
            return interrupt_signal();
          }) == signal);
  }
}

TEST_CASE("a signal that comes twice within a second is one request") {
  for (const int first : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
    for (const int second : {SIGINT, SIGTERM}) {
      CAPTURE(first);
      CAPTURE(second);
      CHECK(outcome_of([first, second] {
              watch_for_interrupt();
              ::raise(first);
              ::raise(second);
              return interrupt_signal();
            }) == first);
    }
  }
}

TEST_CASE("a second after the first signal, SIGINT and SIGTERM end the program at once") {
  for (const int second : {SIGINT, SIGTERM}) {
    CAPTURE(second);
    CHECK(outcome_of([second] {
            watch_for_interrupt();
            ::raise(SIGTERM);
            ::usleep(1'001'000);
            ::raise(second);
            return 0;
          }) == -second);
  }
}

TEST_CASE("a signal that was ignored stays ignored") {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXCPU}) {
    CAPTURE(signal);
    CHECK(outcome_of([signal] {
            ::signal(signal, SIG_IGN);
            watch_for_interrupt();
            ::raise(signal);
            if (interrupted()) return 0;
            ::raise(SIGPIPE == signal ? SIGHUP : SIGPIPE);
            ::raise(signal);
            return interrupt_signal();
          }) == (signal == SIGPIPE ? SIGHUP : SIGPIPE));
  }
}
