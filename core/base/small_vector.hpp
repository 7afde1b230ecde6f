#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <utility>
#include <vector>

namespace xgrad {

/// A list that is usually short, such as an op's inputs. It allocates nothing up to `inline_capacity`
/// elements. Move-only; a moved-from list is empty.
template <class T, std::size_t inline_capacity>
class SmallVector {
 public:
  SmallVector() = default;
  explicit SmallVector(std::size_t size) : size_(size) {
    if (size > inline_capacity) many_.resize(size);
  }
  SmallVector(std::vector<T> many) {
    if (many.size() > inline_capacity) {
      size_ = many.size();
      many_ = std::move(many);
    } else {
      for (T& element : many) push_back(std::move(element));
    }
  }
  SmallVector(std::initializer_list<T> list) {
    for (const T& element : list) push_back(element);
  }
  SmallVector(SmallVector&& other) noexcept
      : size_(std::exchange(other.size_, 0)), few_(std::move(other.few_)), many_(std::move(other.many_)) {}
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this == &other) return *this;  // a std::vector moved to itself may lose its elements
    size_ = std::exchange(other.size_, 0);
    few_ = std::move(other.few_);
    many_ = std::move(other.many_);
    return *this;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() { return size_ > inline_capacity ? many_.data() : few_.data(); }
  T* end() { return begin() + size_; }
  const T* begin() const { return size_ > inline_capacity ? many_.data() : few_.data(); }
  const T* end() const { return begin() + size_; }
  T& operator[](std::size_t i) { return begin()[i]; }
  const T& operator[](std::size_t i) const { return begin()[i]; }

  void push_back(T element) {
    if (size_ < inline_capacity) {
      few_[size_++] = std::move(element);
      return;
    }
    if (size_ == inline_capacity) {
      many_.reserve(2 * inline_capacity);  // first, so a failure leaves the list unchanged
      many_.assign(std::make_move_iterator(few_.begin()), std::make_move_iterator(few_.end()));
    }
    many_.push_back(std::move(element));
    ++size_;
  }

  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::size_t size_ = 0;
  std::array<T, inline_capacity> few_{};
  std::vector<T> many_;  // all elements, if there are more than inline_capacity
};

}  // namespace xgrad
