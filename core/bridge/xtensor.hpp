#pragma once

// Tensors from xtensor expressions, and xtensor views of Tensors.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/bridge/xtensor_headers.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/tensor.hpp>

namespace xgrad {

namespace detail {

// A buffer of elements in a Tensor's format. std::vector<bool> is none: it holds bits.
template <class Buffer>
concept HoldsElements = Stored<typename Buffer::value_type> && requires(Buffer& buffer) {
  { buffer.data() } -> std::convertible_to<typename Buffer::value_type*>;
};

template <class E>
void takes_xt(const xt::xexpression<E>& expression);
template <class E>
concept XtExpression = requires(const E& e) {
  takes_xt(e);
};

// Floating types that float holds exactly: xtl::half_float, std::float16_t, std::bfloat16_t.
template <class T>
concept HalfPrecision =
    std::numeric_limits<T>::is_specialized && !std::numeric_limits<T>::is_integer && sizeof(T) == 2;

template <class Sizes>
Shape shape_of_xt(const Sizes& sizes) {
  Shape shape;
  for (const auto size : sizes) shape.push_back(static_cast<std::int64_t>(size));
  return shape;
}

// A Tensor over the elements of an xarray or xtensor; it owns the array.
template <class Array>
Tensor adopt_xt(Array&& array) {
  using Element = typename Array::value_type;
  const Shape shape = shape_of_xt(array.shape());
  if (shape.numel() == 0) return empty(shape, dtype_of<Element>());
  Strides strides = contiguous_strides(shape);
  for (int i = 0; i < shape.dim(); ++i) {  // xtensor's stride is 0 if a size is 1
    if (shape[i] != 1) strides[i] = array.strides()[static_cast<std::size_t>(i)];
  }
  const auto owner = std::make_shared<Array>(std::move(array));
  const std::size_t bytes = owner->storage().size() * sizeof(Element);
  return Tensor(StoragePtr::adopt(owner->storage().data(), bytes, owner), shape, strides, 0,
                dtype_of<Element>());
}

}  // namespace detail

/// The value of an xtensor expression in a new Tensor of its shape. float, double and bool keep their type,
/// half precision becomes float32, and integers become int64, which must hold them. The expression may be
/// lazy and of any layout; it is evaluated here, row by row. Where an op takes a Tensor or a Variable, an
/// expression converts to it by this function.
///
///     Tensor t = from_xt(xt::exp(a) + 1.f);
///     Tensor t = xt::exp(a) + 1.f;                       // the same
///     Variable y = matmul(x, xt::ones<float>({3, 4}));
template <class E>
Tensor from_xt(const xt::xexpression<E>& expression) {
  using Given = typename E::value_type;
  static_assert(std::is_integral_v<Given> || Stored<Given> || detail::HalfPrecision<Given>,
                "from_xt takes expressions of float, double, bool, half precision or an integer type; use "
                "xt::cast first");
  using Wide = std::conditional_t<detail::HalfPrecision<Given>, float, std::int64_t>;
  using Element = std::conditional_t<Stored<Given>, Given, Wide>;
  const E& e = expression.derived_cast();
  const Shape shape = detail::shape_of_xt(e.shape());
  Tensor tensor = empty(shape, dtype_of<Element>());
  if (tensor.numel() == 0) return tensor;
  if constexpr (std::is_base_of_v<xt::xcontainer<E>, E>) {
    if (e.storage().size() < static_cast<std::size_t>(tensor.numel()))
      fail("from_xt", "the array of shape ", shape, " holds ", e.storage().size(),
           " elements; it has been moved from");
  }
  const std::vector<std::size_t> sizes(shape.begin(), shape.end());
  auto out = xt::adapt(tensor.mutable_data<Element>(), static_cast<std::size_t>(tensor.numel()),
                       xt::no_ownership(), sizes);
  xt::noalias(out) = xt::cast<Element>(e);
  if constexpr (std::unsigned_integral<Given> && sizeof(Given) == 8) {
    for (std::int64_t i = 0; i < tensor.numel(); ++i) {
      const std::int64_t element = tensor.data<std::int64_t>()[i];
      if (element >= 0) continue;
      fail("from_xt", "element ", i, " of shape ", shape, " is ", static_cast<std::uint64_t>(element),
           ", which int64 does not hold");
    }
  }
  return tensor;
}

/// An xarray or xtensor that is moved in is not copied: the Tensor owns it, and has its elements and strides.
/// This holds for float, double, std::int64_t and bool; other integers are converted.
///
///     Tensor t = from_xt(std::move(a));
template <class Buffer, xt::layout_type L, class Sizes, class Tag>
requires detail::HoldsElements<Buffer> Tensor from_xt(xt::xarray_container<Buffer, L, Sizes, Tag>&& array) {
  return detail::adopt_xt(std::move(array));
}
template <class Buffer, std::size_t N, xt::layout_type L, class Tag>
requires detail::HoldsElements<Buffer> Tensor from_xt(xt::xtensor_container<Buffer, N, L, Tag>&& array) {
  return detail::adopt_xt(std::move(array));
}

/// Expressions and containers convert to Tensor and Variable. A container that is moved in is kept.
template <detail::XtExpression E>
struct ArrayConversion<E> {
  static constexpr bool exists = true;
  template <class Array>
  static Tensor tensor_of(Array&& array) {
    return from_xt(std::forward<Array>(array));
  }
};

/// A Tensor as an xtensor view over the same memory, strides included. The view owns a share of the storage,
/// so it may outlive the Tensor.
///
///     xt::sum(as_xt<const float>(t), {1});        // reads
///     as_xt<float>(t) = xt::exp(as_xt<const float>(u));  // writes through
///
/// `as_xt<const float>` is for reading. `as_xt<float>` may write, so it raises the storage's version, like an
/// in-place function; later writes through the same view do not raise it again. T must be the C++ type of the
/// dtype. A Tensor whose elements share memory (`expand`) can only be read.
template <class T>
auto as_xt(const Tensor& tensor) {
  using Element = std::remove_const_t<T>;
  if (!tensor.defined()) fail("as_xt", "the tensor is undefined");
  if (tensor.dtype() != dtype_of<Element>()) {
    fail("as_xt", "the tensor's dtype is ", tensor.dtype(), ", not ", dtype_of<Element>(),
         "; open it as what it is, or convert it with to(", dtype_of<Element>(), ")");
  }
  T* first = nullptr;
  if constexpr (std::is_const_v<T>) {
    first = tensor.data<Element>();
  } else {
    if (tensor.overlaps_itself()) {
      fail("as_xt", "elements of this expanded tensor of shape ", tensor.shape(),
           " share memory; open it for reading, as a const type, or clone() it first");
    }
    first = tensor.mutable_data<Element>();
  }
  std::vector<std::size_t> shape(tensor.shape().begin(), tensor.shape().end());
  std::vector<std::ptrdiff_t> strides;
  std::size_t extent = tensor.numel() == 0 ? 0 : 1;  // elements from the first to the last
  for (int i = 0; i < tensor.dim(); ++i) {
    // in xtensor, a dim of size 1 has stride 0
    const std::int64_t size = tensor.shape()[i], stride = size == 1 ? 0 : tensor.strides()[i];
    strides.push_back(static_cast<std::ptrdiff_t>(stride));
    if (tensor.numel() != 0) extent += static_cast<std::size_t>((size - 1) * stride);
  }
  auto memory =
      xt::adapt_smart_ptr(first, std::vector<std::size_t>{extent}, std::make_shared<Tensor>(tensor));
  const auto layout = tensor.is_contiguous() ? xt::layout_type::row_major : xt::layout_type::dynamic;
  return xt::strided_view(std::move(memory), std::move(shape), std::move(strides), 0, layout);
}

}  // namespace xgrad
