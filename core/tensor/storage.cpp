#include <xgrad/core/tensor/storage.hpp>

#include <limits>
#include <new>

namespace xgrad {

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
  const std::size_t block = block_header + (storage_->is_adopted() ? 0 : storage_->bytes_);
  storage_->~Storage();
  pool_free(storage_, block);
}

}  // namespace xgrad
