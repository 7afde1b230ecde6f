#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/base/dtype.hpp>
#include <xgrad/core/base/index.hpp>
#include <xgrad/core/base/scalar.hpp>
#include <xgrad/core/base/shape.hpp>
#include <xgrad/core/tensor/op_methods.hpp>
#include <xgrad/core/tensor/storage.hpp>

namespace xgrad {

class Element;
class Selection;

/// How another library's array becomes a Tensor: not at all, unless a specialisation has `exists = true` and
/// `static Tensor tensor_of(Array&&)`. The bridge has one for xtensor's expressions (bridge/xtensor.hpp).
template <class Array>
struct ArrayConversion {
  static constexpr bool exists = false;
};
template <class Array>
concept ForeignArray = ArrayConversion<std::remove_cvref_t<Array>>::exists;

/// Numbers in memory: shared storage + shape + strides + offset + dtype. Knows nothing of gradients.
///
/// A Tensor is a handle: copying one copies no numbers, and a `const Tensor&` protects the handle, not the
/// numbers (hence the in-place functions are const). Views share their storage with the Tensor they come
/// from. Further methods are ops, such as `t.sum(0)` and `t.exp()`: op_methods.hpp.
class Tensor : public OpMethods<Tensor> {
 public:
  Tensor() = default;  ///< undefined: holds nothing, `defined()` is false
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) = default;
  Tensor& operator=(const Tensor&) & = default;  ///< this handle now holds the other's numbers
  Tensor& operator=(Tensor&&) & = default;
  void operator=(Scalar) & = delete;  // t.fill_(value), or a new Tensor: t = full({}, value)
  /// Throws unless all elements lie inside the storage.
  Tensor(StoragePtr storage, const Shape& shape, const Strides& strides, std::int64_t offset, DType dtype);
  /// The value of another library's array. Implicit, so that it can be any op's argument.
  template <ForeignArray Array>
  Tensor(Array&& array)
      : Tensor(ArrayConversion<std::remove_cvref_t<Array>>::tensor_of(std::forward<Array>(array))) {}

  bool defined() const { return static_cast<bool>(storage_); }
  const Shape& shape() const { return shape_; }
  int dim() const { return shape_.dim(); }
  /// Negative dims count from the back.
  std::int64_t size(int dim) const { return shape_[normalize_dim("size", dim, this->dim())]; }
  /// The sizes by name: `auto [B, T, D] = x.sizes<3>()`. Throws unless there are n dims.
  template <std::size_t n>
  std::array<std::int64_t, n> sizes() const {
    return shape_.sizes<n>();
  }
  std::int64_t numel() const { return shape_.numel(); }
  /// The bytes of the elements.
  std::size_t nbytes() const { return static_cast<std::size_t>(numel()) * item_size(dtype_); }
  DType dtype() const { return dtype_; }
  const Strides& strides() const { return strides_; }
  std::int64_t offset() const { return offset_; }  ///< of the first element in the storage, in elements
  const StoragePtr& storage() const { return storage_; }
  bool is_contiguous() const;     ///< row-major without holes
  std::uint32_t version() const;  ///< raised by every in-place change of the shared storage
  bool overlaps_itself() const;   ///< two indices share an element, as after `expand` or `unfold`

  // Views: O(1), same storage. Errors name the function and the shapes. views.cpp
  Tensor reshape(const Shape& shape) const;  ///< one size may be −1; copies if the strides allow no view
  Tensor reshape(std::int64_t, std::int64_t, ...) const = delete;  // x.reshape({2, 3})
  Tensor transpose(int dim0, int dim1) const;
  Tensor mT() const { return transpose(-2, -1); }  ///< the last two dims swapped
  Tensor permute(const Shape& dims) const;
  Tensor permute(std::int64_t, std::int64_t, ...) const = delete;  // x.permute({1, 0})
  Tensor slice(int dim, std::int64_t start, std::int64_t end = to_end, std::int64_t step = 1) const;
  Tensor select(int dim, std::int64_t index) const;
  /// The elements (i, i + offset) of dims dim1 and dim2, as a new last dim.
  Tensor diagonal(std::int64_t offset = 0, int dim1 = 0, int dim2 = 1) const;
  Tensor squeeze() const;         ///< without the dims of size 1
  Tensor squeeze(int dim) const;  ///< unchanged if that size is not 1
  Tensor unsqueeze(int dim) const;
  Tensor expand(const Shape& shape) const;  ///< size-1 dims repeated with stride 0; −1 keeps a size
  Tensor expand(std::int64_t, std::int64_t, ...) const = delete;  // x.expand({2, 3})
  /// All windows of `size` elements, `step` apart, along `dim`, which then counts them; the last dim of the
  /// result runs over a window.
  Tensor unfold(int dim, std::int64_t size, std::int64_t step) const;

  // Subscripts, as in PyTorch. An index out of range throws `std::out_of_range`. ops/subscript.cpp
  Tensor operator[](std::initializer_list<Index> index) const;  ///< a view: x[{Slice(1, 4), Slice(), -1}]
  /// A view: x[0], x[-1], x[Slice(1, 4)].
  template <SingleIndex I>
  Tensor operator[](const I& index) const {
    return (*this)[{Index(index)}];
  }
  /// A copy: the elements where a boolean mask of x's first dims holds, or x[i] for each i of an int64 index.
  Selection operator[](const Tensor& index) const;

  // Copies.
  Tensor contiguous() const;     ///< this Tensor if it is contiguous
  Tensor clone() const;          ///< contiguous, with storage of its own
  Tensor to(DType dtype) const;  ///< this Tensor if it has that dtype; numbers as `convert` gives them
  template <Stored T>
  std::vector<T> to_vector() const;  ///< the elements in row-major order, converted

  template <StoredOrInt T>
  T item() const;  ///< the value of a Tensor of one element
  Element at(const Shape& index) const;
  Element at(std::int64_t, std::int64_t, ...) const = delete;  // x.at({0, 1})
  template <Stored T>
  const T* data() const;  ///< the first element; T must be the dtype's C++ type
  template <Stored T>
  T* mutable_data() const;  ///< the same for writing; raises the version

  // In place, for example for an optimiser of your own. Each raises the version and returns this Tensor.
  const Tensor& add_(const Tensor& other,
                     Scalar alpha = 1) const;  ///< this += alpha · other, broadcast to this
  const Tensor& add_(Scalar value) const;
  const Tensor& mul_(const Tensor& other) const;
  const Tensor& mul_(Scalar value) const;
  const Tensor& sub_(const Tensor& other, Scalar alpha = 1) const;  ///< this −= alpha · other
  const Tensor& sub_(Scalar value) const;
  const Tensor& div_(const Tensor& other) const;  ///< floating dtypes only
  const Tensor& div_(Scalar value) const;
  const Tensor& copy_(const Tensor& other) const;  ///< converts the dtype
  const Tensor& fill_(Scalar value) const;
  const Tensor& zero_() const;

  // The same as operators: `t += 1`, and `t[0] = 1` or `t[{Slice(1, 3)}] = u`, which write through the view.
  const Tensor& operator+=(const Tensor& other) const { return add_(other); }
  const Tensor& operator-=(const Tensor& other) const { return sub_(other); }
  const Tensor& operator*=(const Tensor& other) const { return mul_(other); }
  const Tensor& operator/=(const Tensor& other) const { return div_(other); }
  const Tensor& operator+=(Scalar value) const { return add_(value); }
  const Tensor& operator-=(Scalar value) const { return sub_(value); }
  const Tensor& operator*=(Scalar value) const { return mul_(value); }
  const Tensor& operator/=(Scalar value) const { return div_(value); }
  const Tensor& operator=(const Tensor& value) &&;  // subscript.cpp
  const Tensor& operator=(Scalar value) && { return fill_(value); }

  // A Tensor is no condition, as in `if (a == b)` or `a > 0 && b > 0`.
  explicit operator bool() const = delete;  // equal(a, b), any(t), all(t), t.item<bool>(); masks: a & b

 private:
  friend Tensor empty(const Shape& shape, DType dtype);
  Tensor(StoragePtr fresh, const Shape& shape, DType dtype);  // all of it, contiguous
  const void* raw_data(std::string_view op, DType expected) const;

  StoragePtr storage_;
  Shape shape_;
  Strides strides_;
  std::int64_t offset_ = 0;
  DType dtype_ = float32;
};

/// One element of a Tensor. It reads as a number; assigning to it changes the Tensor.
class Element {
 public:
  explicit Element(Tensor scalar) : scalar_(std::move(scalar)) {}
  operator double() const;
  const Element& operator=(Scalar value) const;
  const Element& operator=(const Element& other) const;
  const Element& operator+=(Scalar value) const;
  Element(const Element&) = default;

 private:
  Tensor scalar_;
};

/// What `t[mask]` and `t[index]` give: a copy of the selected elements. Assigning to it writes them into t.
/// Of two values for one element, the last stays. ops/subscript.cpp
class Selection : public Tensor {
 public:
  using Tensor::operator=, Tensor::operator+=, Tensor::operator-=, Tensor::operator*=, Tensor::operator/=;
  Selection(const Selection&) = default;
  Selection& operator=(const Selection&) & = default;
  const Tensor& operator=(const Selection& value) && { return std::move(*this) = Tensor(value); }
  const Tensor& operator=(const Tensor& value) &&;
  const Tensor& operator=(Scalar value) && { return write(fill_(value)); }
  template <class Value>
  const Tensor& operator+=(Value&& value) && {
    return write(add_(std::forward<Value>(value)));
  }
  template <class Value>
  const Tensor& operator-=(Value&& value) && {
    return write(sub_(std::forward<Value>(value)));
  }
  template <class Value>
  const Tensor& operator*=(Value&& value) && {
    return write(mul_(std::forward<Value>(value)));
  }
  template <class Value>
  const Tensor& operator/=(Value&& value) && {
    return write(div_(std::forward<Value>(value)));
  }

 private:
  friend class Tensor;
  Selection(Tensor copy, Tensor of, Tensor rows)
      : Tensor(std::move(copy)), of_(std::move(of)), rows_(std::move(rows)) {}
  const Tensor& write(const Tensor& values) const;  // into `of_`, at `rows_`

  Tensor of_, rows_;
};

/// Throws naming `op` if x is undefined. A template, since `{x}` is a list of an op's arguments (tape.hpp).
template <std::same_as<Tensor> T>
void check_defined(std::string_view op, const T& x);
/// Throws naming `op` unless x is float32 or float64.
void check_floating(std::string_view op, const Tensor& x);

/// |a − b| ≤ atol + rtol · |b| for every element. Shapes and dtypes must be equal.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8,
              bool equal_nan = false);
/// Same shape, dtype and values.
bool equal(const Tensor& a, const Tensor& b);

/// NumPy's layout; large Tensors are abridged with `...`. print.cpp
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

}  // namespace xgrad
