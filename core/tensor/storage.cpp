#include <xgrad/core/tensor/storage.hpp>

#include <limits>
#include <mutex>
#include <new>
#include <utility>

#include <xgrad/core/base/fork_mutex.hpp>

namespace xgrad {

namespace {

// Guards which storage is a copy of which, and which copies are kept. Never destroyed: Tensors in static
// storage lock it at exit.
ForkMutex& copies_mutex() {
  static ForkMutex* const instance = new ForkMutex(ForkMutex::Level::memory);
  return *instance;
}
[[maybe_unused]] const ForkMutex& made_at_load = copies_mutex();  // before any thread forks

}  // namespace

static_assert(sizeof(Storage) <= block_header);

StoragePtr StoragePtr::allocate(std::uint64_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
  const auto size = static_cast<std::size_t>(bytes);
  auto* block = static_cast<std::byte*>(pool_allocate(block_header + size));
  return StoragePtr(new (block) Storage(block + block_header, size, nullptr));
}

StoragePtr StoragePtr::adopt(void* data, std::size_t bytes, std::shared_ptr<void> owner) {
  void* block = pool_allocate(block_header);
  return StoragePtr(new (block) Storage(static_cast<std::byte*>(data), bytes, std::move(owner)));
}

void StoragePtr::destroy() noexcept {
  storage_->leave_copies();
  const std::size_t block = block_header + (storage_->is_adopted() ? 0 : storage_->bytes_);
  storage_->~Storage();
  pool_free(storage_, block);
}

StoragePtr Storage::rounded_copy(std::uint32_t version) {
  if (!rounded_copy_.load(std::memory_order_relaxed)) return {};
  const std::lock_guard lock(copies_mutex());
  Storage* const copy = rounded_copy_.load(std::memory_order_relaxed);
  // Another thread may have dropped the last reference, and wait for the lock.
  if (!copy || rounded_version_ != version || !copy->references_.add_if_not_zero()) return {};
  return StoragePtr(copy);
}

void Storage::set_rounded_copy(const StoragePtr& copy, std::uint32_t version, bool is_kept) {
  StoragePtr former;  // is released without the lock
  const std::lock_guard lock(copies_mutex());
  drop_rounded_copy(former);
  rounded_copy_ = copy.storage_;
  copy->rounded_from_ = this;
  rounded_version_ = version;
  keeps_copy_ = is_kept;
  if (is_kept) copy->references_.add(1);
}

// Under the lock. A reference that this storage had goes to `kept`. The pointers become null last: a thread
// that reads null does not wait for the lock, and may free its storage at once.
void Storage::drop_rounded_copy(StoragePtr& kept) {
  Storage* const copy = rounded_copy_;
  if (!copy) return;
  if (std::exchange(keeps_copy_, false)) kept = StoragePtr(copy);
  copy->rounded_from_ = nullptr;
  rounded_copy_ = nullptr;
}

void Storage::leave_copies() noexcept {
  if (!rounded_copy_ && !rounded_from_) return;
  StoragePtr kept, none;  // a storage whose copy dies has no reference to it
  const std::lock_guard lock(copies_mutex());
  drop_rounded_copy(kept);
  if (Storage* const from = rounded_from_) from->drop_rounded_copy(none);
}

}  // namespace xgrad
