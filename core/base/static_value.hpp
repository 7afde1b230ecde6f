#pragma once

#include <atomic>
#include <type_traits>

namespace xgrad {

/// The value that `make()` returns at the first call, for the rest of the program:
///
///     const auto& table = static_value([] { return best_table(); });
///
/// A static local variable would have a lock. A child process that fork() makes while another thread holds
/// it would wait forever, because the child does not have that thread. Here threads that come at the same
/// time all make a value, and one of them is kept. `Make` is the type of a lambda without captures, so each
/// use in the source has a value of its own. The value is never destroyed.
template <class Make>
const auto& static_value(Make make) {
  static_assert(std::is_empty_v<Make>, "a lambda without captures: one value is kept for each type");
  using Value = decltype(make());
  static constinit std::atomic<const Value*> kept{nullptr};
  if (const Value* value = kept.load(std::memory_order_acquire)) return *value;
  const auto* mine = new Value(make());
  const Value* first = nullptr;
  if (kept.compare_exchange_strong(first, mine, std::memory_order_acq_rel)) return *mine;
  delete mine;
  return *first;
}

}  // namespace xgrad
