#include <algorithm>

#include "support.hpp"

#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("fused attention keeps rows, not scores, and its heads are joined without a copy") {
  constexpr std::int64_t T = 2048, d = 8;
  const auto x = [&] { return Variable(randn({1, T, 2, d}).transpose(1, 2), true); };
  const Variable q = x(), k = x(), v = x();
  pool_release();
  const PoolStats before = pool_stats();
  const Variable y = fused_attention(q, k, v, {.causal = true});
  // q, k, v and the result of 2 · T · d numbers each, and two numbers for each of 2 · T rows
  CHECK(trace(y).saved_bytes() == 4 * (4 * 2 * T * d + 2 * 2 * T));
  CHECK(y.value().transpose(1, 2).is_contiguous());
  for (const Variable& gradient : grad({sum(y)}, {q, k, v})) {
    CHECK(gradient.value().transpose(1, 2).is_contiguous());
  }
  const std::size_t scores = 4 * T * T;  // of one head, and there are two
  CHECK(pool_stats().peak <= std::max(before.peak, before.in_use + scores / 2));
}
