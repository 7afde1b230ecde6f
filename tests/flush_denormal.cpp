#include <xgrad/core/parallel/flush_denormal.hpp>

#include "support.hpp"

#include <atomic>
#include <limits>
#include <thread>

#include <xgrad/core/parallel/parallel_for.hpp>
#include <xgrad/xgrad.hpp>

using namespace xgrad;

namespace {

constexpr float denormal = 1e-40f;
constexpr double denormal64 = 1e-310;

bool can_flush() {
  const bool can = set_flush_denormal(true);
  set_flush_denormal(false);
  return can;
}

// Whether this thread takes denormal inputs as 0 and flushes denormal results to 0.
bool flushes() {
  volatile float input = denormal, smallest = std::numeric_limits<float>::min();
  volatile double input64 = denormal64, smallest64 = std::numeric_limits<double>::min();
  const bool all = input * 1e10f == 0 && smallest / 2 == 0 && input64 * 1e10 == 0 && smallest64 / 2 == 0;
  const bool none = input * 1e10f != 0 && smallest / 2 != 0 && input64 * 1e10 != 0 && smallest64 / 2 != 0;
  CHECK(all != none);
  return all;
}

// The number of flushing threads in a loop over two; each waits for the other.
int flushing_threads() {
  const Threads with(2);
  std::atomic<int> begun = 0, flushing = 0;
  kernels::parallel_for(2, 1, [&](std::int64_t, std::int64_t) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
    flushing += flushes();
  });
  return flushing;
}

}  // namespace

TEST_CASE("denormals are flushed while it is set, and not afterwards" * doctest::skip(!can_flush())) {
  CHECK_FALSE(flushes());
  CHECK(flushing_threads() == 0);
  REQUIRE(set_flush_denormal(true));
  CHECK(flushes());
  CHECK(flushing_threads() == 2);  // in a thread that was there before
  REQUIRE(set_flush_denormal(false));
  CHECK_FALSE(flushes());
  CHECK(flushing_threads() == 0);
}

TEST_CASE("ops of every size flush denormals or keep them" * doctest::skip(!can_flush())) {
  for (const std::int64_t size : {5, 1000000}) {
    for (const DType dtype : {float32, float64}) {
      const double value = dtype == float32 ? double{denormal} : denormal64;
      const Tensor x = full({size}, value, dtype);
      const Tensor kept = (Variable(x) * 1).value();
      CHECK(equal(kept, x));
      set_flush_denormal(true);
      const Tensor product = (Variable(x) * 1).value();
      const Tensor exponential = exp(Variable(x)).value();
      set_flush_denormal(false);
      CHECK(equal(product, zeros({size}, dtype)));
      CHECK(equal(exponential, ones({size}, dtype)));
    }
  }
}

TEST_CASE("each thread of a program has its own setting" * doctest::skip(!can_flush())) {
  set_flush_denormal(true);
  bool other_flushes = true;
  int others = -1;
  std::thread([&] {
    set_flush_denormal(false);
    other_flushes = flushes();
    others = flushing_threads();
  }).join();
  CHECK_FALSE(other_flushes);
  CHECK(others == 0);
  CHECK(flushes());
  CHECK(flushing_threads() == 2);
  set_flush_denormal(false);
}
