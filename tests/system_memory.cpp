#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <limits>

#include <xgrad/core/memory/system_memory.hpp>

using namespace xgrad::memory;

namespace {

constexpr std::size_t mib = std::size_t{1} << 20;

// The memory of this process according to Linux; 0 on other systems.
std::size_t pages_of_address_space() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages;
}

}  // namespace

TEST_CASE("system memory is aligned and writable to its last byte") {
  for (const std::size_t bytes : {std::size_t{64}, 2 * mib - 1, 2 * mib, 2 * mib + 64, 5 * mib + 4095}) {
    CAPTURE(bytes);
    std::array<unsigned char*, 3> blocks{};
    for (unsigned char*& block : blocks) {
      block = static_cast<unsigned char*>(system_allocate(bytes));
      REQUIRE(block != nullptr);
      CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
      block[0] = block[bytes - 1] = 7;
    }
    for (unsigned char* block : blocks) {
      CHECK(block[0] + block[bytes - 1] == 14);
      system_free(block, bytes);
    }
  }
}

TEST_CASE("system memory is returned completely") {
  const std::size_t before = pages_of_address_space();
  for (int i = 0; i < 1000; ++i) {
    void* const block = system_allocate(3 * mib + 64);
    void* const other = system_allocate(2 * mib);  // so the mappings begin at different places
    system_free(block, 3 * mib + 64);
    system_free(other, 2 * mib);
  }
  CHECK(pages_of_address_space() < before + 100 * mib / 4096);
}

TEST_CASE("system_allocate returns null if there is no more memory") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK(system_allocate(most / 2) == nullptr);
  CHECK(system_allocate(most - mib) == nullptr);
}
