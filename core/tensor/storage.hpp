#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include <xgrad/core/base/counter.hpp>
#include <xgrad/core/memory/pool.hpp>

namespace xgrad {

class Storage;

/// A counted reference to a Storage.
class StoragePtr {
 public:
  StoragePtr() = default;
  /// New, uninitialised memory. Throws `std::bad_alloc`. A size_t would cut a large number where it has 32
  /// bits.
  static StoragePtr allocate(std::uint64_t bytes);
  /// Memory that `owner` keeps alive.
  static StoragePtr adopt(void* data, std::size_t bytes, std::shared_ptr<void> owner);

  StoragePtr(const StoragePtr& other);
  StoragePtr(StoragePtr&& other) noexcept : storage_(std::exchange(other.storage_, nullptr)) {}
  StoragePtr& operator=(StoragePtr other) noexcept {
    std::swap(storage_, other.storage_);
    return *this;
  }
  ~StoragePtr();

  Storage* operator->() const { return storage_; }
  explicit operator bool() const { return storage_ != nullptr; }
  bool is_unique() const;
  friend bool operator==(const StoragePtr& a, const StoragePtr& b) { return a.storage_ == b.storage_; }

 private:
  friend class Storage;
  explicit StoragePtr(Storage* storage) : storage_(storage) {}
  void destroy() noexcept;

  Storage* storage_ = nullptr;
};

/// A block of memory that Tensors share, with a version that every in-place change raises. This header and
/// the elements are one block of the pool. Foreign memory can be adopted together with an owner that keeps it
/// alive.
class Storage {
 public:
  std::byte* data() { return data_; }
  std::size_t bytes() const { return bytes_; }
  std::uint32_t version() const { return version_.value(); }
  void bump_version() { version_.add(1); }
  /// Whether someone may write without raising the version: the memory is foreign, or a pointer to it was
  /// given out.
  bool is_exposed() const { return is_exposed_.load(std::memory_order_relaxed) || is_adopted(); }
  void expose() { is_exposed_.store(true, std::memory_order_relaxed); }
  /// The elements in bfloat16, as they were in this version; null if there is no such copy. A copy lives
  /// while others hold it. One that is kept lives until another is set or this storage dies. For
  /// kernels::rounded.
  StoragePtr rounded_copy(std::uint32_t version);
  /// Makes `copy` the one that rounded_copy() returns. A former one is dropped.
  void set_rounded_copy(const StoragePtr& copy, std::uint32_t version, bool is_kept);
  bool is_adopted() const { return data_ != reinterpret_cast<const std::byte*>(this) + block_header; }

 private:
  friend class StoragePtr;
  Storage(std::byte* data, std::size_t bytes, std::shared_ptr<void> owner)
      : data_(data), bytes_(bytes), owner_(std::move(owner)) {}
  void drop_rounded_copy(StoragePtr& kept);
  void leave_copies() noexcept;

  std::byte* data_;
  std::size_t bytes_;
  std::shared_ptr<void> owner_;  // for adopted memory only
  Counter<std::uint32_t> references_{1};
  Counter<std::uint32_t> version_{0};
  // A copy and the storage that it was rounded from point to each other until one of them dies. Null in most
  // storages. These four change under the lock of storage.cpp. Without it, the pointers are compared with
  // null.
  std::atomic<Storage*> rounded_copy_{nullptr}, rounded_from_{nullptr};
  std::uint32_t rounded_version_ = 0;
  bool keeps_copy_ = false;  // the copy's references count this storage
  std::atomic<bool> is_exposed_{false};
};

inline StoragePtr::StoragePtr(const StoragePtr& other) : storage_(other.storage_) {
  if (storage_) storage_->references_.add(1);
}
inline StoragePtr::~StoragePtr() {
  if (storage_ && storage_->references_.subtract(1) == 0) destroy();
}
inline bool StoragePtr::is_unique() const { return storage_ && storage_->references_.value() == 1; }

}  // namespace xgrad
