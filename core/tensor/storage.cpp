#include <xgrad/core/tensor/storage.hpp>

#include <limits>
#include <mutex>
#include <new>

#include <xgrad/core/base/fork_mutex.hpp>

namespace xgrad {

static ForkMutex copies(ForkMutex::Level::memory);  // guards which storage is a copy of which

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
  const std::lock_guard lock(copies);
  Storage* const copy = rounded_copy_.load(std::memory_order_relaxed);
  // Another thread may have dropped the last reference, and wait for the lock.
  if (!copy || rounded_version_ != version || !copy->references_.add_if_not_zero()) return {};
  return StoragePtr(copy);
}

void Storage::set_rounded_copy(const StoragePtr& copy, std::uint32_t version, bool is_kept) {
  StoragePtr former;  // is released without the lock
  const std::lock_guard lock(copies);
  drop_rounded_copy(former);
  rounded_copy_ = copy.storage_;
  copy->rounded_from_ = this;
  rounded_version_ = version;
  keeps_copy_ = is_kept;
  if (is_kept) copy->references_.add(1);
}

// Under the lock. A reference that this storage had goes to `kept`.
void Storage::drop_rounded_copy(StoragePtr& kept) {
  Storage* const copy = rounded_copy_.exchange(nullptr);
  if (!copy) return;
  copy->rounded_from_ = nullptr;
  if (keeps_copy_) kept = StoragePtr(copy);
  keeps_copy_ = false;
}

void Storage::leave_copies() noexcept {
  if (!rounded_copy_ && !rounded_from_) return;
  StoragePtr kept, of_other;
  const std::lock_guard lock(copies);
  drop_rounded_copy(kept);
  if (Storage* const from = rounded_from_) from->drop_rounded_copy(of_other);
}

}  // namespace xgrad
