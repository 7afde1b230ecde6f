#pragma once

// The sizes of the pool's blocks, and lists of blocks of one size. For core/memory only.

#include <bit>
#include <cstddef>
#include <new>
#include <utility>

#include <xgrad/core/memory/pool.hpp>

namespace xgrad::memory {

/// Size classes: multiples of 64 up to 1088 bytes, then four for each power of two, plus 64 for the header:
/// 1280 + 64, 1536 + 64, 1792 + 64, 2048 + 64, 2560 + 64, ... At most a fifth of a large block is padding. A
/// power of two of bytes behind a header has none.
constexpr std::size_t smallest = 64, finest = 1024;
constexpr std::size_t header = block_header;
constexpr std::size_t fine_classes = (finest + header) / smallest;

constexpr std::size_t class_of(std::size_t bytes) {
  if (bytes <= finest + header) return bytes == 0 ? 0 : (bytes - 1) / smallest;
  const std::size_t last = bytes - header - 1;
  const auto power = static_cast<std::size_t>(std::bit_width(last) - 1);
  const std::size_t quarter = (last >> (power - 2)) & 3;
  return fine_classes + (power - 10) * 4 + quarter;
}

constexpr std::size_t class_bytes(std::size_t size_class) {
  if (size_class < fine_classes) return (size_class + 1) * smallest;
  const std::size_t coarse = size_class - fine_classes;
  const std::size_t base = finest << (coarse / 4);
  return base + base / 4 * (coarse % 4 + 1) + header;
}

constexpr std::size_t classes = fine_classes + 4 * 54;
static_assert(class_of(1088) == 16 && class_bytes(16) == 1088 && class_bytes(class_of(1089)) == 1344 &&
              class_bytes(class_of(2112)) == 2112 && class_of(2112) + 1 == class_of(2113));

/// A kept block holds the address of the next one of its class.
struct Block {
  Block* next;
};

class FreeList {
 public:
  bool empty() const { return first_ == nullptr; }
  void push(void* block) { first_ = new (block) Block{first_}; }
  void* pop() { return std::exchange(first_, first_->next); }

 private:
  Block* first_ = nullptr;
};

}  // namespace xgrad::memory
