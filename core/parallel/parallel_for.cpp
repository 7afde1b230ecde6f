#include <xgrad/core/parallel/parallel_for.hpp>

#include <xgrad/core/parallel/thread_pool.hpp>

namespace xgrad::kernels {
namespace {

// Divides a loop that is worth more than one thread.
void split(std::int64_t count, std::int64_t grain, Range range, const void* context) {
  const std::int64_t most = (count + grain - 1) / grain;
  const int threads = max_threads();
  const int parts = most < threads ? static_cast<int>(most) : threads;
  if (parts == 1) return range(context, 0, count);
  const auto part = [&](int i) { range(context, count * i / parts, count * (i + 1) / parts); };
  run_parts(
      parts, [](const void* it, int i) { (*static_cast<decltype(part)*>(it))(i); }, &part);
}

}  // namespace

int max_threads() { return is_in_part() ? 1 : get_num_threads(); }

void run_ranges(std::int64_t count, std::int64_t grain, Range range, const void* context) {
  if (count <= 0) return;
  if (count <= grain) return range(context, 0, count);
  split(count, grain, range, context);
}

}  // namespace xgrad::kernels
