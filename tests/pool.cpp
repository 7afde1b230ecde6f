#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <vector>

#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/storage.hpp>

using namespace xgrad;

namespace {

constexpr std::size_t kib = 1024, mib = 1024 * kib;

std::size_t bytes_in_use() { return pool_stats().in_use; }

// The cached bytes after a release: blocks that idle threads of earlier loops keep.
std::size_t cached_after_release() {
  pool_release();
  return pool_stats().cached;
}

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

TEST_CASE("the second of two equal steps asks the system for no memory" * doctest::skip(!pooling)) {
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

TEST_CASE("the statistics are exact in one thread, for small and large blocks" * doctest::skip(!pooling)) {
  for (const std::size_t bytes : {64 * kib + block_header, 10 * mib + block_header, std::size_t{64}}) {
    CAPTURE(bytes);
    const std::size_t kept = cached_after_release();
    const PoolStats before = pool_stats();
    void* block = pool_allocate(bytes);
    CHECK(pool_stats().in_use == before.in_use + bytes);
    CHECK(pool_stats().peak == std::max(before.peak, before.in_use + bytes));
    CHECK(pool_stats().system_requests == before.system_requests + 1);
    pool_free(block, bytes);
    CHECK(pool_stats().in_use == before.in_use);
    CHECK(pool_stats().cached == kept + bytes);
    CHECK(pool_allocate(bytes) == block);
    CHECK(pool_stats().cached == kept);
    pool_free(block, bytes);
    CHECK(cached_after_release() == kept);
  }
}

TEST_CASE("the pool holds at most the peak and an eighth or 16 MiB more, for any sizes" *
          doctest::skip(!pooling)) {
  const auto bound = [](const PoolStats& stats) { return stats.peak + std::max(16 * mib, stats.peak / 8); };
  const std::size_t kept = cached_after_release();
  for (std::size_t size = 4 * mib; size < 200 * mib; size = size * 5 / 4) {
    void* blocks[] = {pool_allocate(size), pool_allocate(size / 2)};
    const PoolStats stats = pool_stats();
    CHECK(stats.in_use + stats.cached <= bound(stats));
    pool_free(blocks[0], size);
    pool_free(blocks[1], size / 2);
  }
  CHECK(cached_after_release() == kept);
}

// Large blocks come and go among more and more small ones, as activations among gradients.
TEST_CASE("to make room, the pool frees the smallest block that is large enough" * doctest::skip(!pooling)) {
  pool_release();
  pool_free(pool_allocate(400 * mib), 400 * mib);  // raises the bound
  pool_release();
  const std::size_t bound = pool_stats().peak + std::max(16 * mib, pool_stats().peak / 8);
  pool_free(pool_allocate(320 * mib), 320 * mib);
  std::vector<void*> medium;
  const auto held = [](const PoolStats& stats) { return stats.in_use + stats.cached; };
  while (held(pool_stats()) + 9 * mib < bound) medium.push_back(pool_allocate(8 * mib));
  for (void* block : medium) pool_free(block, 8 * mib);
  void* const others[] = {pool_allocate(7 * mib), pool_allocate(7 * mib)};  // exceeds the bound
  const std::size_t requests = pool_stats().system_requests;
  pool_free(pool_allocate(320 * mib), 320 * mib);  // is still kept
  CHECK(pool_stats().system_requests == requests);
  for (void* block : others) pool_free(block, 7 * mib);
  pool_release();
}

TEST_CASE("a request beyond all memory throws bad_alloc and leaves the statistics unchanged" *
          doctest::skip(!pooling)) {
  const PoolStats before = pool_stats();
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK_THROWS_AS(StoragePtr::allocate(most), std::bad_alloc);
  CHECK_THROWS_AS(pool_allocate(most), std::bad_alloc);
  CHECK_THROWS_AS(StoragePtr::allocate(most / 4 - 64), std::bad_alloc);
  CHECK(pool_stats().in_use == before.in_use);
}
