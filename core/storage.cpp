#include <xgrad/core/storage.hpp>

#include <limits>
#include <new>

#include <xgrad/core/pool.hpp>

namespace xgrad {
namespace {

// The header takes a whole cache line, so that elements start at one.
constexpr std::size_t header = 64;
static_assert(sizeof(Storage) <= header);

}  // namespace

StoragePtr StoragePtr::allocate(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() / 4) throw std::bad_alloc();
  auto* block = static_cast<std::byte*>(pool_allocate(header + bytes));
  return StoragePtr(new (block) Storage(block + header, bytes, nullptr));
}

StoragePtr StoragePtr::adopt(void* data, std::size_t bytes, std::shared_ptr<void> owner) {
  void* block = pool_allocate(header);
  return StoragePtr(new (block) Storage(static_cast<std::byte*>(data), bytes, std::move(owner)));
}

void StoragePtr::destroy() noexcept {
  const bool adopted = storage_->data_ != reinterpret_cast<std::byte*>(storage_) + header;
  const std::size_t block = header + (adopted ? 0 : storage_->bytes_);
  storage_->~Storage();
  pool_free(storage_, block);
}

}  // namespace xgrad
