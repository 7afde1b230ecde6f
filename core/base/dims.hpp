#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include <xgrad/core/base/shape.hpp>

namespace xgrad {

/// One dim, as in `max(x, 1)`; negative dims count from the back. Only an integer converts to it: `{}`, a
/// bool and a floating number do not compile.
class Dim {
 public:
  template <DimNumber T>
  constexpr Dim(T dim) : dim_(clamped_int64(dim)) {}
  constexpr operator std::int64_t() const { return dim_; }

 private:
  std::int64_t dim_;
};

/// The `keepdim` of a reduction. Only a bool converts to it, so `sum(x, 0, 1)` does not compile. Several dims
/// are a list: `sum(x, {0, 1})`.
class KeepDim {
 public:
  template <std::same_as<bool> Bool>
  constexpr KeepDim(Bool keepdim) : keepdim_(keepdim) {}
  constexpr operator bool() const { return keepdim_; }

 private:
  bool keepdim_;
};

/// The dims of a reduction: one, `sum(x, 0)`; several, `sum(x, {0, -1})`; or all of them, `sum(x)` and
/// `sum(x, {})`. Negative dims count from the back.
class Dims {
 public:
  Dims() = default;  ///< all
  template <DimNumber T>
  Dims(T dim) : list_({Dim(dim)}) {}
  Dims(std::initializer_list<std::int64_t> dims) : list_(dims) {}
  template <std::same_as<bool> Bool>
  Dims(std::initializer_list<Bool>) = delete;  // a bool is no dim
  Dims(const std::vector<std::int64_t>& dims) : list_(dims) {}
  Dims(const Shape& dims) : list_(dims) {}

  bool is_all() const { return list_.empty(); }
  const Shape& list() const { return list_; }

 private:
  Shape list_;
};

}  // namespace xgrad
