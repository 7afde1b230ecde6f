#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xgrad {

/// The type of a number that can be a size or name a dim: an integer, but no bool, which would be a `keepdim`
/// in the wrong place.
template <class T>
concept DimNumber = std::integral<T> && !std::same_as<T, bool>;

/// A DimNumber as int64. One that int64 does not hold becomes the largest, which no size or dim reaches.
template <DimNumber T>
constexpr std::int64_t clamped_int64(T number) {
  return std::in_range<std::int64_t>(number) ? static_cast<std::int64_t>(number)
                                             : std::numeric_limits<std::int64_t>::max();
}

/// The sizes of a Tensor, outermost dim first, such as `(2, 6, 32)`; `()` is a scalar. At most 8 dims, stored
/// inline, so a view needs no allocation. Also holds strides, an index, or a list of dims.
class Shape {
 public:
  static constexpr int max_dims = 8;

  Shape() = default;
  /// One dim: `zeros(3)` has the shape (3,). A bool and a floating number do not convert.
  template <DimNumber T>
  Shape(T size) : Shape({clamped_int64(size)}) {}
  Shape(std::initializer_list<std::int64_t> sizes) : Shape(sizes.begin(), sizes.size()) {}
  explicit Shape(std::span<const std::int64_t> sizes) : Shape(sizes.data(), sizes.size()) {}
  explicit Shape(const std::vector<std::int64_t>& sizes) : Shape(sizes.data(), sizes.size()) {}
  /// `dims` copies of `value`.
  static Shape filled(int dims, std::int64_t value) {
    Shape shape;
    for (int i = 0; i < dims; ++i) shape.push_back(value);
    return shape;
  }

  int dim() const { return dim_; }
  bool empty() const { return dim_ == 0; }
  /// The product of the sizes: 1 for a scalar, 0 when any size is 0. Throws if it cannot be counted.
  std::int64_t numel() const;

  std::int64_t& operator[](int i) { return sizes_[static_cast<std::size_t>(i)]; }
  std::int64_t operator[](int i) const { return sizes_[static_cast<std::size_t>(i)]; }
  std::int64_t back() const { return (*this)[last()]; }
  std::int64_t& back() { return (*this)[last()]; }
  const std::int64_t* begin() const { return sizes_.data(); }
  const std::int64_t* end() const { return sizes_.data() + dim_; }
  /// The sizes by name: `auto [B, T, D] = x.sizes<3>()`. Throws unless there are n dims.
  template <std::size_t n>
  std::array<std::int64_t, n> sizes() const {
    if (dim() != static_cast<int>(n)) fail_sizes(n);
    std::array<std::int64_t, n> sizes{};
    for (std::size_t i = 0; i < n; ++i) sizes[i] = sizes_[i];
    return sizes;
  }

  void push_back(std::int64_t size) {
    if (dim_ == max_dims) fail_full(size);
    sizes_[static_cast<std::size_t>(dim_++)] = size;
  }
  void insert(int at, std::int64_t size);
  void erase(int at);
  Shape without_last() const {
    Shape shape = *this;
    shape.dim_ = last();
    return shape;
  }

  std::string str() const;  ///< "(2, 6, 32)", "(3,)", "()"

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.dim_ != b.dim_) return false;
    for (int i = 0; i < a.dim_; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }

 private:
  Shape(const std::int64_t* sizes, std::size_t count);
  int last() const {  // the last dim
    if (dim_ == 0) fail_empty();
    return dim_ - 1;
  }
  [[noreturn]] static void fail_empty();
  [[noreturn]] void fail_full(std::int64_t size) const;
  [[noreturn]] void fail_sizes(std::size_t wanted) const;

  std::array<std::int64_t, max_dims> sizes_{};
  int dim_ = 0;
};

using Strides = Shape;  ///< in elements, not in bytes

std::ostream& operator<<(std::ostream& out, const Shape& shape);

/// Row-major strides of a contiguous Tensor of this shape.
Strides contiguous_strides(const Shape& shape);

/// The index of element number `i` in row-major order: (1, 2) for number 5 in (2, 3).
inline Shape unravel_index(std::int64_t i, const Shape& shape) {
  Shape index = shape;
  for (int d = shape.dim() - 1; d >= 0; --d) {
    index[d] = i % shape[d];
    i /= shape[d];
  }
  return index;
}

/// Σ index[d] · strides[d]: how far the element at `index` lies from the first one.
inline std::int64_t offset_of(const Shape& index, const Strides& strides) {
  std::int64_t offset = 0;
  for (int d = 0; d < index.dim(); ++d) offset += index[d] * strides[d];
  return offset;
}

/// The dims in the order of their strides, the largest stride first; dims of equal strides keep their order.
Shape widest_first(const Strides& strides);

/// A contiguous Tensor seen as (outer, size, inner), with one of its dims in the middle.
struct AroundDim {
  std::int64_t outer = 1, size = 1, inner = 1;
};
AroundDim around_dim(const Shape& shape, int dim);

/// Throws naming `op` if a size is negative, or if the elements cannot be counted with sizes of 0 taken as 1.
void check_sizes(std::string_view op, const Shape& shape);

[[noreturn]] void fail_dim(std::string_view op, std::int64_t dim, int dims);

/// `dim` counted from the front. A negative dim counts from the back. Throws `std::out_of_range` naming `op`.
inline int normalize_dim(std::string_view op, std::int64_t dim, int dims) {
  const std::int64_t normal = dim < 0 ? dim + dims : dim;
  if (normal < 0 || normal >= dims) fail_dim(op, dim, dims);
  return static_cast<int>(normal);
}

/// NumPy's rule: align at the back; sizes must be equal or one of them 1. Throws naming `op` and both shapes.
Shape broadcast_shapes(std::string_view op, const Shape& a, const Shape& b);

/// Whether a Tensor of shape `from` can be expanded to `to` under NumPy's rule.
bool is_broadcastable_to(const Shape& from, const Shape& to);

}  // namespace xgrad
