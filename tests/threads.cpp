#include <xgrad/core/parallel/threads.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/xgrad.hpp>

#include "support.hpp"

using namespace xgrad;

TEST_CASE("parallel_for covers every index once for any number of threads") {
  for (int threads : {1, 2, 3, 7}) {
    const Threads with(threads);
    for (std::int64_t count : {0, 1, 2, 5, 100, 1001}) {
      std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
      std::atomic<int> parts = 0;
      kernels::parallel_for(count, 1, [&](std::int64_t begin, std::int64_t end) {
        ++parts;
        for (std::int64_t i = begin; i < end; ++i) ++seen[static_cast<std::size_t>(i)];
      });
      for (const auto& times : seen) CHECK(times == 1);
      CHECK(parts == std::min<std::int64_t>(count, threads));
    }
  }
}

TEST_CASE("parallel_for makes no part smaller than its grain") {
  const Threads with(4);
  for (const auto& [count, parts] :
       {std::pair(10, 1), std::pair(11, 2), std::pair(30, 3), std::pair(500, 4)}) {
    std::atomic<int> calls = 0;
    kernels::parallel_for(count, 10, [&](std::int64_t, std::int64_t) { ++calls; });
    CHECK(calls == parts);
  }
}

TEST_CASE("a loop inside a loop stays in its thread") {
  const Threads with(3);
  std::atomic<int> inner = 0;
  kernels::parallel_for(3, 1, [&](std::int64_t, std::int64_t) {
    CHECK(kernels::max_threads() == 1);
    const auto here = std::this_thread::get_id();
    kernels::parallel_for(100, 1, [&](std::int64_t begin, std::int64_t end) {
      CHECK(std::this_thread::get_id() == here);
      CHECK((begin == 0 && end == 100));
      ++inner;
    });
  });
  CHECK(inner == 3);
  CHECK(kernels::max_threads() == 3);
}

TEST_CASE("an exception of a part reaches the caller, and the threads still work") {
  const Threads with(3);
  for (int thrower = 0; thrower < 3; ++thrower) {
    CHECK_THROWS_WITH_AS(kernels::parallel_for(3, 1,
                                               [&](std::int64_t begin, std::int64_t) {
                                                 if (begin == thrower) throw std::runtime_error("part");
                                               }),
                         "part", std::runtime_error);
    std::atomic<int> calls = 0;
    kernels::parallel_for(3, 1, [&](std::int64_t, std::int64_t) { ++calls; });
    CHECK(calls == 3);
    CHECK(kernels::max_threads() == 3);
  }
}

TEST_CASE("many threads may run loops at once") {
  const Threads with(3);
  std::atomic<std::int64_t> total = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        kernels::parallel_for(30, 1, [&](std::int64_t begin, std::int64_t end) { total += end - begin; });
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(total == 4 * 2000 * 30);
}

TEST_CASE("a product and its gradient repeat bit for bit at a given number of threads") {
  const Tensor a = randn({300, 200}), b = randn({200, 250});
  for (int threads : {1, 2, 5}) {
    const Threads with(threads);
    const auto run = [&] {
      const Variable x(a, /*requires_grad=*/true);
      sum(softmax(matmul(x, b), -1) * matmul(x, b)).backward();
      return x.grad();
    };
    const Tensor first = run();
    for (int again = 0; again < 5; ++again) CHECK(equal(run(), first));
  }
}

TEST_CASE("set_num_threads refuses numbers outside 1 to 1024") {
  const int before = get_num_threads();
  CHECK_THROWS_WITH_AS(set_num_threads(0), "[set_num_threads] needs 1 to 1024 threads, not 0",
                       std::invalid_argument);
  CHECK_THROWS_AS(set_num_threads(-2), std::invalid_argument);
  CHECK_THROWS_AS(set_num_threads(1 << 20), std::invalid_argument);
  CHECK(get_num_threads() == before);
}
