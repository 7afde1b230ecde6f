#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include <xgrad/core/base/small_vector.hpp>

using List = xgrad::SmallVector<std::shared_ptr<int>, 3>;

namespace {

List counting(int size) {
  List list;
  for (int i = 0; i < size; ++i) list.push_back(std::make_shared<int>(i));
  return list;
}

std::vector<int> numbers(const List& list) {
  std::vector<int> result;
  for (const auto& element : list) result.push_back(*element);
  return result;
}

}  // namespace

TEST_CASE("a small vector holds few or many elements") {
  for (int size = 0; size < 9; ++size) {
    CAPTURE(size);
    std::vector<int> expected(static_cast<std::size_t>(size));
    std::iota(expected.begin(), expected.end(), 0);
    List list = counting(size);
    CHECK(list.size() == expected.size());
    CHECK(list.empty() == (size == 0));
    const auto address = reinterpret_cast<std::uintptr_t>(list.begin());
    const auto place = reinterpret_cast<std::uintptr_t>(&list);
    CHECK((address >= place && address < place + sizeof(list)) == (size <= 3));  // few elements are inline
    CHECK(numbers(list) == expected);

    const List same(std::vector<std::shared_ptr<int>>(list.begin(), list.end()));
    CHECK(same == list);
    CHECK((same == counting(size)) == (size == 0));  // other pointers
    CHECK_FALSE(same == counting(size + 1));

    List moved = std::move(list);
    CHECK(numbers(moved) == expected);
    CHECK(list.empty());
    list.push_back(std::make_shared<int>(7));
    CHECK(numbers(list) == std::vector{7});
    list = std::move(moved);
    CHECK(numbers(list) == expected);
    CHECK(moved.empty());
    List& itself = list;
    list = std::move(itself);
    CHECK(numbers(list) == expected);
    list.push_back(std::make_shared<int>(size));
    expected.push_back(size);
    CHECK(numbers(list) == expected);

    List sized(static_cast<std::size_t>(size));
    CHECK(sized.size() == static_cast<std::size_t>(size));
    for (auto& element : sized) CHECK(element == nullptr);
  }
  CHECK(List{nullptr, nullptr}.size() == 2);
}

TEST_CASE("a small vector releases its elements") {
  for (const int size : {2, 5}) {
    CAPTURE(size);
    const auto held = std::make_shared<int>(1);
    List list;
    for (int i = 0; i < size; ++i) list.push_back(held);
    CHECK(held.use_count() == size + 1);
    list = List();
    CHECK(held.use_count() == 1);
  }
}
