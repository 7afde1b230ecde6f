// Shapes: helpers that count, order and split, and errors about sizes, places and memory.
#include "support.hpp"

#include <new>

#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("shape: a dim out of range throws") {
  Shape shape{2, 3}, scalar;
  CHECK_THROWS_TEXT(shape.insert(3, 1), "[shape] cannot insert at dim 3 of (2, 3)");
  CHECK_THROWS_TEXT(shape.insert(-1, 1), "[shape] cannot insert at dim -1 of (2, 3)");
  CHECK_THROWS_TEXT(shape.erase(2), "[shape] dim 2 is out of range for shape (2, 3)");
  CHECK_THROWS_TEXT(shape.erase(-1), "[shape] dim -1 is out of range for shape (2, 3)");
  CHECK_THROWS_TEXT(scalar.back(), "[shape] () has no last size");
  CHECK_THROWS_TEXT(scalar.without_last(), "[shape] () has no last size");
  CHECK(shape.without_last() == Shape{2});
  CHECK(shape == Shape{2, 3});
}

TEST_CASE("shape: unravel_index counts row by row, as contiguous strides do") {
  const Shape shape{2, 1, 3, 4};
  const Strides strides = contiguous_strides(shape);
  for (std::int64_t i = 0; i < shape.numel(); ++i) {
    const Shape at = unravel_index(i, shape);
    CHECK(at[0] * strides[0] + at[1] * strides[1] + at[2] * strides[2] + at[3] * strides[3] == i);
    CHECK(offset_of(at, strides) == i);
    for (int d = 0; d < shape.dim(); ++d) CHECK(at[d] < shape[d]);
  }
  CHECK(unravel_index(0, {}) == Shape{});
}

TEST_CASE("shape: widest_first orders dims by their strides, and keeps the order of equal ones") {
  CHECK(widest_first({12, 4, 1}) == Shape{0, 1, 2});
  CHECK(widest_first({1, 12, 4}) == Shape{1, 2, 0});
  CHECK(widest_first({0, 5, 0, 5}) == Shape{1, 3, 0, 2});
  CHECK(widest_first({}) == Shape{});
}

TEST_CASE("shape: around_dim splits the elements before, along and behind a dim") {
  const auto split = [](int dim) {
    const AroundDim around = around_dim({2, 3, 5, 7}, dim);
    return Shape{around.outer, around.size, around.inner};
  };
  CHECK(split(0) == Shape{1, 2, 105});
  CHECK(split(2) == Shape{6, 5, 7});
  CHECK(split(3) == Shape{30, 7, 1});
}

TEST_CASE("shape: a number of elements beyond 64 bits throws") {
  constexpr std::int64_t big = std::int64_t{1} << 32;
  CHECK_THROWS_TEXT(Shape({big, big}).numel(),
                    "[shape] more elements than can be counted: (4294967296, 4294967296)");
}

TEST_CASE("shape: a dim is read with all its 64 bits") {
  constexpr std::int64_t far = std::int64_t{1} << 32;
  const Tensor x = ones({2, 3});
  CHECK_THROWS_TEXT(sum(x, {far}), "[sum] dim 4294967296 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(x.permute({far, 1}), "[permute] dim 4294967296 is out of range for a tensor of 2 dims");
}

TEST_CASE("shape: a Tensor must lie inside its storage") {
  const StoragePtr storage = StoragePtr::allocate(24);
  const auto make = [&](const Shape& shape, const Strides& strides, std::int64_t offset) {
    return Tensor(storage, shape, strides, offset, float32);
  };
  CHECK_NOTHROW(make({2, 3}, {3, 1}, 0));
  CHECK_NOTHROW(make({2, 3}, {0, 1}, 3));
  CHECK_NOTHROW(make({3}, {-2}, 5));
  CHECK_NOTHROW(make({0, 100}, {100, 1}, 0));
  CHECK_THROWS_TEXT(make({2, 3}, {3, 1}, 1),
                    "[Tensor] shape (2, 3) with strides (3, 1) at offset 1 does not "
                    "lie inside of 24 bytes of float32");
  CHECK_THROWS_TEXT(make({2}, {1}, -1), "does not lie inside");
  CHECK_THROWS_TEXT(make({3}, {-2}, 3), "does not lie inside");
  CHECK_THROWS_TEXT(make({2, 3}, {1}, 0), "does not lie inside");
  CHECK_THROWS_TEXT(make({-1}, {1}, 0), "does not lie inside");
  CHECK_THROWS_TEXT(make({1ll << 62}, {1ll << 62}, 0), "does not lie inside");
  CHECK_THROWS_TEXT(Tensor(StoragePtr(), {1}, {1}, 0, float32), "does not lie inside of 0 bytes");
}

TEST_CASE("shape: the error for missing memory names its size and the shape") {
  const Shape shape{1ll << 30, 1ll << 20};
  CHECK_THROWS_AS(empty(shape), std::bad_alloc);
  CHECK_THROWS_TEXT(empty(shape), "[empty] no memory for 4.5036e+06 GB, shape (1073741824, 1048576)");
}
