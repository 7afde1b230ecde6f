// A forked child inherits no lock from another thread, and starts its own threads.
#include "support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include <xgrad/core/base/static_value.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

// The status of a child that does `work`: 0 if `work` returned true; the signal's number if it hung or
// crashed.
int status_of_child(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(work() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

// Without the pool, blocks come from the address sanitizer's allocator. A fork beside a thread that allocates
// is not safe there.
constexpr bool forks_beside_threads = pooling;

// Forks repeatedly while other threads do `work`; each child does it, too.
void check_children(const std::function<void()>& work) {
  std::atomic<bool> done = false;
  std::vector<std::thread> others;
  for (int i = 0; i < (forks_beside_threads ? 2 : 0); ++i) {
    others.emplace_back([&] {
      while (!done) work();
    });
  }
  int status = 0;
  for (int i = 0; i < 100 && status == 0; ++i) {
    status = status_of_child([&] {
      work();
      return true;
    });
  }
  done = true;
  for (std::thread& other : others) other.join();
  CHECK(status == 0);
}

// Returns true. If one thread ran both parts of the loop, it would not return: each part waits for the other.
bool has_two_threads() {
  std::atomic<int> begun = 0;
  kernels::parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
  });
  return true;
}

std::atomic<bool> is_making = false, waits = true;

// Its first call waits until `waits` is false.
int value_made_slowly() {
  return static_value([] {
    is_making = true;
    while (waits) std::this_thread::yield();
    return 5;
  });
}

}  // namespace

TEST_CASE("a child has the static values that another thread was making") {
  if (!forks_beside_threads) return;
  std::thread other(value_made_slowly);
  while (!is_making) std::this_thread::yield();
  CHECK(status_of_child([] {
          waits = false;
          return value_made_slowly() == 5;
        }) == 0);
  waits = false;
  other.join();
  CHECK(value_made_slowly() == 5);
}

TEST_CASE("a child makes ops and their gradients while its parent's other threads do") {
  const Variable x(ones({10}), true);
  check_children([&] {
    const auto op = elementwise("an_op", [](const auto& a) { return a * a * a; });
    grad({sum(op(x))}, {x});
  });
}

TEST_CASE("a child draws while its parent's other threads draw") {
  SUBCASE("from the default generator") {
    check_children([] { rand({2000}); });
  }
  SUBCASE("from one of the program's own") {
    Generator generator(1);
    check_children([&] { rand({2000}, float32, generator); });
  }
}

TEST_CASE("a child continues its parent's random numbers") {
  Generator generator(5);
  rand({10}, float32, generator);
  const GeneratorState state = generator.state();
  CHECK(status_of_child([&] { return generator.state() == state; }) == 0);
  CHECK(generator.state() == state);
}

TEST_CASE("Generators may come and go while another thread forks") {
  check_children([] {
    Generator first(1), second(2);
    first.random();
    second.random();
  });
}

TEST_CASE("a child adds to a gradient and to hooks while its parent's other threads do") {
  const Variable leaf(ones({1000}), true);
  check_children([&] { sum(leaf * 2).backward(); });
  check_children([&] {
    HookHandle hook = leaf.register_hook([](const Variable&) {});
    sum(leaf * 2).backward();
    hook.remove();
  });
}

TEST_CASE("a child has its own threads, even if its parent was in the middle of a loop") {
  const Threads with(2);
  CHECK(has_two_threads());
  CHECK(status_of_child(has_two_threads) == 0);
  check_children([] { sum(rand({100000})); });
  if (!forks_beside_threads) return;
  std::atomic<bool> done = false;
  std::thread other([&] {
    while (!done) sum(ones({1000000}));
  });
  int status = 0;
  for (int i = 0; i < 20 && status == 0; ++i) status = status_of_child(has_two_threads);
  done = true;
  other.join();
  CHECK(status == 0);
  CHECK(has_two_threads());
}
