// The pool with several threads and processes.
#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

std::size_t bytes_in_use() { return pool_stats().in_use; }

}  // namespace

TEST_CASE("no block is handed out twice, and another thread may free it") {
  const std::size_t before = bytes_in_use();
  std::mutex mutex;
  std::vector<std::pair<unsigned char*, std::size_t>> exchange;
  std::atomic<int> damaged{0};
  const auto work = [&](unsigned seed) {
    for (int i = 0; i < 20000; ++i) {
      seed = seed * 1664525u + 1013904223u;
      const std::size_t bytes = 1 + (seed >> 8) % (i % 100 == 0 ? 300000 : 3000);
      auto* block = static_cast<unsigned char*>(pool_allocate(bytes));
      block[0] = block[bytes - 1] = static_cast<unsigned char>(bytes);
      std::pair<unsigned char*, std::size_t> other{block, bytes};
      {
        const std::lock_guard lock(mutex);
        if (exchange.size() < 50) {
          exchange.push_back(other);
          continue;
        }
        std::swap(exchange[seed % exchange.size()], other);
      }
      const auto mark = static_cast<unsigned char>(other.second);
      if (other.first[0] != mark || other.first[other.second - 1] != mark) ++damaged;
      pool_free(other.first, other.second);
    }
  };
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
  for (const auto& [block, bytes] : exchange) pool_free(block, bytes);
  CHECK(damaged == 0);
  CHECK(bytes_in_use() == before);
}

TEST_CASE("a thread leaves its blocks to the others when it ends" * doctest::skip(!pooling)) {
  pool_release();
  std::array<void*, 8> theirs{};
  std::thread([&] {
    for (void*& block : theirs) block = pool_allocate(3000);
    for (void* block : theirs) pool_free(block, 3000);
  }).join();
  const PoolStats before = pool_stats();
  CHECK(before.cached >= 8 * 3000);
  for (void*& block : theirs) block = pool_allocate(3000);
  CHECK(pool_stats().system_requests == before.system_requests);
  for (void* block : theirs) pool_free(block, 3000);
}

TEST_CASE("a Tensor may outlive its thread's part of the pool") {
  static std::size_t before;
  struct Late {
    Tensor tensor;
    ~Late() {
      tensor = Tensor();
      tensor = empty({100});  // a new Tensor may be made too
    }
  };
  before = bytes_in_use();
  std::thread([] {
    thread_local Late late;  // constructed before the thread's part of the pool, so destroyed after it
    late.tensor = empty({500});
    const Tensor other = empty({500});
  }).join();
  CHECK(bytes_in_use() == before);
}

TEST_CASE("another thread returns its blocks when it next uses the pool after a release" *
          doctest::skip(!pooling)) {
  pool_release();
  const std::size_t kept = pool_stats().cached;  // by idle threads of earlier loops
  std::atomic<int> stage{0};
  std::thread thread([&] {
    pool_free(pool_allocate(65000), 65000);
    stage = 1;
    while (stage != 2) std::this_thread::yield();
    pool_free(pool_allocate(100), 100);
    stage = 3;
    while (stage != 4) std::this_thread::yield();
    pool_free(pool_allocate(65000), 65000);
    stage = 5;
    while (stage != 6) std::this_thread::yield();
  });
  while (stage != 1) std::this_thread::yield();
  pool_release();
  CHECK(pool_stats().cached >= kept + 65000);
  stage = 2;
  while (stage != 3) std::this_thread::yield();
  CHECK(pool_stats().cached < kept + 65000);
  stage = 4;
  while (stage != 5) std::this_thread::yield();
  pool_release();
  CHECK(pool_stats().cached >= kept + 65000);
  stage = 6;
  thread.join();  // the end of a thread returns them too
  CHECK(pool_stats().cached < kept + 65000);
}

TEST_CASE("a child process does not wait for a lock of a thread that stayed in the parent" *
          doctest::skip(!pooling)) {
  const auto take_and_free = [] {
    pool_free(pool_allocate(mib), mib);
  };  // from the blocks that all threads share
  std::atomic<bool> done = false;
  std::vector<std::thread> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back([&] {
      while (!done) take_and_free();
    });
  }
  int failures = 0;
  for (int i = 0; i < 200 && failures == 0; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      take_and_free();
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    failures += status != 0;
  }
  done = true;
  for (std::thread& other : others) other.join();
  CHECK(failures == 0);
}
