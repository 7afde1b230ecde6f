#pragma once

// Numbers in a std::vector, std::array, std::span or the like, or in lists of such lists, for `tensor(list)`.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <xgrad/core/base/shape.hpp>

namespace xgrad::number_list {

/// Has rows or numbers one after the other. An xtensor array is no list of its elements: it has a shape.
template <class T>
concept HasRows = requires(const T& list) {
  typename T::value_type;
  list.begin();
  list.size();
}
&&!requires(const T& array) { array.shape(); };

/// The type of the numbers: int for a std::vector<std::array<int, 3>>.
template <class T>
struct NumberOf {
  using type = T;
};
template <HasRows T>
struct NumberOf<T> : NumberOf<typename T::value_type> {};

template <class T>
concept List = HasRows<T> && std::is_arithmetic_v<typename NumberOf<T>::type>;

/// What a Tensor stores for a number of type T: float, bool, std::int64_t for other integers, and double.
template <class T>
using Stored = std::conditional_t<std::same_as<T, float> || std::same_as<T, bool>, T,
                                  std::conditional_t<std::integral<T>, std::int64_t, double>>;
template <List L>
using Element = Stored<typename NumberOf<L>::type>;

/// Throws unless the shape of this row is that of the first one. factories.cpp
void check_row(std::size_t row, const Shape& shape, const Shape& first);
/// Throws if int64 does not hold the number. factories.cpp
std::int64_t checked_int64(std::uint64_t number);

/// The number of rows, then the shape that all rows have. Throws, naming the row, if one has another.
template <List L>
Shape shape_of(const L& list) {
  using Row = typename L::value_type;
  Shape shape;
  if constexpr (List<Row>) {
    shape = shape_of(list.size() ? *list.begin() : Row{});
    std::size_t i = 0;
    for (const Row& row : list) check_row(i++, shape_of(row), shape);
  }
  shape.insert(0, static_cast<std::int64_t>(list.size()));
  return shape;
}

/// Copies the numbers in row-major order, and returns the end of the copies.
template <class Element, List L>
Element* copy(const L& list, Element* to) {
  using Row = typename L::value_type;
  for (const auto& row : list) {
    if constexpr (List<Row>) {
      to = copy(row, to);
    } else if constexpr (std::unsigned_integral<Row> && sizeof(Row) == 8) {
      *to++ = checked_int64(row);
    } else {
      *to++ = static_cast<Element>(row);
    }
  }
  return to;
}

}  // namespace xgrad::number_list
