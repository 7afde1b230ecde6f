#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <xgrad/core/factories.hpp>
#include <xgrad/core/pool.hpp>
#include <xgrad/core/storage.hpp>

using namespace xgrad;

namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

std::size_t bytes_in_use() { return pool_stats().in_use; }

}  // namespace

TEST_CASE(
    "blocks are aligned, writable to their last byte, and padded to a cache line or by at most a quarter") {
  for (std::size_t bytes = 0; bytes < 70000; bytes += bytes < 300 ? 1 : 97) {
    CAPTURE(bytes);
    const std::size_t before = bytes_in_use();
    void* block = pool_allocate(bytes);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
    std::memset(block, 0x5a, bytes);
    if (pooling) {
      const std::size_t size = bytes_in_use() - before;
      CHECK(size >= bytes);
      CHECK((size <= 1024 ? size - bytes <= 64 : size * 4 <= bytes * 5 + 4));
    }
    pool_free(block, bytes);
    CHECK(bytes_in_use() == before);
  }
  CHECK(reinterpret_cast<std::uintptr_t>(empty({3}).data<float>()) % 64 == 0);
}

TEST_CASE("the second of two equal steps asks the system for nothing" * doctest::skip(!pooling)) {
  const auto step = [] {
    std::vector<Tensor> kept;
    for (std::int64_t size : {1, 7, 100, 1000, 5000, 20000, 300000, 1000, 100}) kept.push_back(empty({size}));
  };
  step();
  const PoolStats first = pool_stats();
  for (int i = 0; i < 100; ++i) step();
  const PoolStats last = pool_stats();
  CHECK(last.system_requests == first.system_requests);
  CHECK(last.in_use == first.in_use);
  CHECK(last.cached == first.cached);
}

TEST_CASE("the figures are exact in one thread, for small blocks and large ones" * doctest::skip(!pooling)) {
  for (const std::size_t bytes : {64 * kib + Storage::header, 10 * mib + Storage::header, std::size_t{64}}) {
    CAPTURE(bytes);
    pool_release();
    const PoolStats before = pool_stats();
    CHECK(before.cached == 0);
    void* block = pool_allocate(bytes);
    CHECK(pool_stats().in_use == before.in_use + bytes);
    CHECK(pool_stats().peak == std::max(before.peak, before.in_use + bytes));
    CHECK(pool_stats().system_requests == before.system_requests + 1);
    pool_free(block, bytes);
    CHECK(pool_stats().in_use == before.in_use);
    CHECK(pool_stats().cached == bytes);
    CHECK(pool_allocate(bytes) == block);
    CHECK(pool_stats().cached == 0);
    pool_free(block, bytes);
    pool_release();
    CHECK(pool_stats().cached == 0);
  }
}

TEST_CASE("what is held stays below the peak and an eighth or 16 MiB more, whatever the sizes" *
          doctest::skip(!pooling)) {
  const auto bound = [](const PoolStats& stats) { return stats.peak + std::max(16 * mib, stats.peak / 8); };
  pool_release();
  for (std::size_t size = 4 * mib; size < 200 * mib; size = size * 5 / 4) {
    void* blocks[] = {pool_allocate(size), pool_allocate(size / 2)};
    const PoolStats stats = pool_stats();
    CHECK(stats.in_use + stats.cached <= bound(stats));
    pool_free(blocks[0], size);
    pool_free(blocks[1], size / 2);
  }
  std::vector<void*> small;  // more than one thread keeps to itself
  for (int i = 0; i < 4000; ++i) small.push_back(pool_allocate(4 * kib));
  for (void* block : small) pool_free(block, 4 * kib);
  const PoolStats stats = pool_stats();
  CHECK(stats.in_use + stats.cached <= bound(stats));
  pool_release();
  CHECK(pool_stats().cached == 0);
}

// Large blocks come and go beside ever more small ones, as activations beside gradients.
TEST_CASE("where room must be made, the block that is just large enough goes" * doctest::skip(!pooling)) {
  pool_release();
  pool_free(pool_allocate(400 * mib), 400 * mib);  // so that the bound is far
  pool_release();
  const std::size_t bound = pool_stats().peak + std::max(16 * mib, pool_stats().peak / 8);
  pool_free(pool_allocate(320 * mib), 320 * mib);
  std::vector<void*> medium;
  const auto held = [](const PoolStats& stats) { return stats.in_use + stats.cached; };
  while (held(pool_stats()) + 9 * mib < bound) medium.push_back(pool_allocate(8 * mib));
  for (void* block : medium) pool_free(block, 8 * mib);
  void* const others[] = {pool_allocate(7 * mib), pool_allocate(7 * mib)};  // beyond the bound
  const std::size_t requests = pool_stats().system_requests;
  pool_free(pool_allocate(320 * mib), 320 * mib);  // is still there
  CHECK(pool_stats().system_requests == requests);
  for (void* block : others) pool_free(block, 7 * mib);
  pool_release();
}

TEST_CASE("more than there is: bad_alloc, and the figures as before" * doctest::skip(!pooling)) {
  const PoolStats before = pool_stats();
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(StoragePtr::allocate(most), std::bad_alloc);
  CHECK_THROWS_AS(pool_allocate(most), std::bad_alloc);
  CHECK_THROWS_AS(StoragePtr::allocate(most / 4 - 64), std::bad_alloc);
  CHECK(pool_stats().in_use == before.in_use);
}

TEST_CASE("threads: no block is handed out twice, blocks may be freed by another thread") {
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

TEST_CASE("a thread that ends leaves its blocks to the others" * doctest::skip(!pooling)) {
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
      tensor = empty({100});  // and a new one may be made
    }
  };
  before = bytes_in_use();
  std::thread([] {
    thread_local Late late;  // made before the pool is asked, so destroyed after this thread's part of it
    late.tensor = empty({500});
    const Tensor other = empty({500});
  }).join();
  CHECK(bytes_in_use() == before);
}

TEST_CASE("a release reaches the blocks of other threads when they next come by" * doctest::skip(!pooling)) {
  std::atomic<int> stage{0};
  std::thread thread([&] {
    pool_free(pool_allocate(65000), 65000);
    stage = 1;
    while (stage != 2) std::this_thread::yield();
    pool_free(pool_allocate(100), 100);
    stage = 3;
    while (stage != 4) std::this_thread::yield();
  });
  while (stage != 1) std::this_thread::yield();
  pool_release();
  CHECK(pool_stats().cached >= 65000);
  stage = 2;
  while (stage != 3) std::this_thread::yield();
  CHECK(pool_stats().cached < 65000);
  stage = 4;
  thread.join();
}

TEST_CASE("a child process does not wait for a lock of a thread that it does not have" *
          doctest::skip(!pooling)) {
  const auto take_and_free = [] { pool_free(pool_allocate(mib), mib); };  // from what all threads share
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

TEST_CASE("storage: shared, counted, with a version; adopted memory is kept alive and left alone") {
  const std::size_t before = bytes_in_use();
  {
    StoragePtr a = StoragePtr::allocate(100);
    CHECK(a.is_unique());
    CHECK(a->bytes() == 100);
    const StoragePtr b = a;
    CHECK_FALSE(a.is_unique());
    CHECK(a == b);
    b->bump_version();
    CHECK(a->version() == 1);
    a = StoragePtr();
    CHECK_FALSE(static_cast<bool>(a));
    CHECK(b.is_unique());

    const auto owner = std::make_shared<std::vector<float>>(6, 2.f);
    {
      const Tensor x(StoragePtr::adopt(owner->data(), 24, owner), {2, 3}, contiguous_strides({2, 3}), 0,
                     float32);
      CHECK(owner.use_count() == 2);
      x.at({1, 2}) = 5;
      CHECK(owner->back() == 5.f);
    }
    CHECK(owner.use_count() == 1);

    std::array<float, 4> unowned{1, 2, 3, 4};
    CHECK(Tensor(StoragePtr::adopt(unowned.data(), 16, nullptr), {4}, {1}, 0, float32).at({3}) == 4.0);
  }
  CHECK(bytes_in_use() == before);
}
