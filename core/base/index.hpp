#pragma once

#include <concepts>
#include <cstdint>
#include <limits>

#include <xgrad/core/base/dims.hpp>

namespace xgrad {

class Tensor;
class Variable;

/// Stands for "to the end" in `slice` and `Slice`.
inline constexpr std::int64_t to_end = std::numeric_limits<std::int64_t>::max();

/// A part of a dim, as in `x[{Slice(1, 4), Slice()}]`: every step-th element from start up to, but without,
/// stop. Negative bounds count from the back, and bounds outside are clipped. `Slice()` is the whole dim.
struct Slice {
  constexpr explicit Slice(std::int64_t start = 0, std::int64_t stop = to_end, std::int64_t step = 1)
      : start(start), stop(stop), step(step) {}
  std::int64_t start, stop, step;
};

/// In an index: as many whole dims as the other entries leave.
inline constexpr struct EllipsisTag {
} Ellipsis;

/// In an index: a new dim of size 1.
inline constexpr struct NewAxisTag {
} newaxis;

/// One entry of an index: an integer, which takes its dim away, a Slice, `Ellipsis` or `newaxis`.
class Index {
 public:
  enum class Kind : std::uint8_t { integer, slice, ellipsis, new_axis };

  template <DimNumber T>
  constexpr Index(T i) : kind(Kind::integer), slice(Dim(i)) {}
  constexpr Index(Slice slice) : kind(Kind::slice), slice(slice) {}
  constexpr Index(EllipsisTag) : kind(Kind::ellipsis) {}
  constexpr Index(NewAxisTag) : kind(Kind::new_axis) {}
  // x[mask] and x[index] stand alone.
  Index(const Tensor&) = delete;    // along one dim: index_select(x, dim, index)
  Index(const Variable&) = delete;  // along one dim: index_select(x, dim, index)

  constexpr std::int64_t integer() const { return slice.start; }
  /// Whether the entry stands for one dim of x.
  constexpr bool takes_dim() const { return kind == Kind::integer || kind == Kind::slice; }

  Kind kind;
  Slice slice{};  // an integer is its start
};

/// What can be an index by itself, as in `x[0]` and `x[Slice(1, 4)]`.
template <class T>
concept SingleIndex = std::convertible_to<T, Index>;

}  // namespace xgrad
