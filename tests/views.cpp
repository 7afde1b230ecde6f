#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

// The place of each element, in row-major order of the view's indices.
std::vector<std::int64_t> places(const Shape& shape, const Strides& strides, std::int64_t offset) {
  std::vector<std::int64_t> all{offset};
  for (int i = 0; i < shape.dim(); ++i) {
    std::vector<std::int64_t> next;
    for (std::int64_t place : all) {
      for (std::int64_t k = 0; k < shape[i]; ++k) next.push_back(place + k * strides[i]);
    }
    all = next;
  }
  return all;
}

// Whether some strides show these places in this shape. The element one step along a dim gives its stride;
// then all places must agree.
bool can_be_viewed(const Tensor& tensor, const Shape& shape) {
  const std::vector<std::int64_t> all = places(tensor.shape(), tensor.strides(), tensor.offset());
  if (all.empty()) return true;
  const Strides steps = contiguous_strides(shape);
  Strides strides = Shape::filled(shape.dim(), 0);
  for (int i = 0; i < shape.dim(); ++i) {
    if (shape[i] > 1) strides[i] = all[static_cast<std::size_t>(steps[i])] - all[0];
  }
  return places(shape, strides, tensor.offset()) == all;
}

// All shapes of `count` elements with at most `dims` dims.
void add_shapes(std::int64_t count, int dims, Shape so_far, std::vector<Shape>& shapes) {
  if (count == 1) shapes.push_back(so_far);
  if (so_far.dim() == dims) return;
  for (std::int64_t size = 1; size <= count; ++size) {
    if (count % size != 0) continue;
    Shape longer = so_far;
    longer.push_back(size);
    add_shapes(count / size, dims, longer, shapes);
  }
}

}  // namespace

TEST_CASE("reshape is a view exactly if some strides allow one, and shows the same elements") {
  const Tensor grid = arange(24).reshape({2, 3, 4});
  const Tensor table[] = {grid,
                          grid.transpose(0, 1),
                          grid.transpose(1, 2),
                          grid.transpose(0, 2),
                          grid.permute({1, 2, 0}),
                          grid.slice(0, 1),
                          grid.slice(1, 0, 2),
                          grid.slice(2, 0, 4, 2),
                          grid.slice(2, 1, 3),
                          grid.select(1, 1),
                          grid.select(0, 1).transpose(0, 1),
                          grid.unsqueeze(1).transpose(0, 3),
                          grid.slice(1, 1, 2),
                          grid.select(0, 0).select(0, 0).expand({3, 4}),
                          grid.select(0, 0).select(1, 0).unsqueeze(1).expand({3, 2}),
                          grid.select(0, 0).select(0, 0).select(0, 0),
                          grid.slice(0, 0, 0)};
  int views = 0, copies = 0;
  for (const Tensor& tensor : table) {
    std::vector<Shape> shapes;
    add_shapes(tensor.numel(), 4, {}, shapes);
    if (tensor.numel() == 0) shapes = {{0}, {3, 0, 4}, {0, 2}};
    for (const Shape& shape : shapes) {
      CAPTURE(tensor.shape().str());
      CAPTURE(tensor.strides().str());
      CAPTURE(shape.str());
      const Tensor reshaped = tensor.reshape(shape);
      CHECK(reshaped.shape() == shape);
      CHECK(reshaped.to_vector<std::int64_t>() == tensor.to_vector<std::int64_t>());
      const bool is_view = reshaped.storage() == tensor.storage();
      CHECK(is_view == can_be_viewed(tensor, shape));
      ++(is_view ? views : copies);
    }
  }
  CHECK(views > 300);
  CHECK(copies > 100);
}

TEST_CASE("views have the expected shapes, strides and elements") {
  const Tensor grid = arange(24).reshape({2, 3, 4});
  const struct {
    const char* name;
    Tensor view;
    Shape shape, strides;
    std::vector<std::int64_t> elements;
  } table[] = {
      {"reshape -1", grid.reshape({4, -1}).select(0, 1), {6}, {1}, {6, 7, 8, 9, 10, 11}},
      {"reshape to ()", grid.slice(0, 1).slice(1, 2).slice(2, 3).reshape({}), {}, {}, {23}},
      {"transpose", grid.transpose(0, -1).select(0, 1), {3, 2}, {4, 12}, {1, 13, 5, 17, 9, 21}},
      {"mT", grid.mT().select(0, 0), {4, 3}, {1, 4}, {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}},
      {"permute", grid.permute({2, 0, -2}).select(0, 3), {2, 3}, {12, 4}, {3, 7, 11, 15, 19, 23}},
      {"slice", grid.select(0, 0).slice(1, 1, 3), {3, 2}, {4, 1}, {1, 2, 5, 6, 9, 10}},
      {"slice, negative bounds", arange(6).slice(0, -4, -1), {3}, {1}, {2, 3, 4}},
      {"slice, bounds outside", arange(3).slice(0, -10, 10), {3}, {1}, {0, 1, 2}},
      {"slice, step", arange(7).slice(0, 1, to_end, 3), {2}, {3}, {1, 4}},
      {"slice, step beyond", arange(7).slice(0, 2, to_end, 100), {1}, {1}, {2}},
      {"slice, empty", arange(6).slice(0, 4, 2), {0}, {1}, {}},
      {"slice, start at end", arange(6).slice(0, 6), {0}, {1}, {}},
      {"select, negative", grid.select(-1, -1), {2, 3}, {12, 4}, {3, 7, 11, 15, 19, 23}},
      {"squeeze", ones({1, 2, 1}, int64).squeeze(), {2}, {1}, {1, 1}},
      {"squeeze(dim)", ones({1, 2, 1}, int64).squeeze(-1), {1, 2}, {2, 1}, {1, 1}},
      {"squeeze of 2", ones({1, 2, 1}, int64).squeeze(1), {1, 2, 1}, {2, 1, 1}, {1, 1}},
      {"unsqueeze", arange(2).unsqueeze(0), {1, 2}, {2, 1}, {0, 1}},
      {"unsqueeze at end", arange(2).unsqueeze(-1), {2, 1}, {1, 1}, {0, 1}},
      {"expand", arange(2).unsqueeze(1).expand({2, 3}), {2, 3}, {1, 0}, {0, 0, 0, 1, 1, 1}},
      {"expand, new dims and -1", arange(2).expand({2, -1}), {2, 2}, {0, 1}, {0, 1, 0, 1}},
      {"expand to 0", arange(1).expand({0}), {0}, {0}, {}},
  };
  for (const auto& [name, view, shape, strides, elements] : table) {
    CAPTURE(name);
    CHECK(view.shape() == shape);
    CHECK(view.strides() == strides);
    CHECK(view.to_vector<std::int64_t>() == elements);
  }
  CHECK(grid.storage() == grid.permute({2, 0, 1}).slice(1, 1).select(0, 2).unsqueeze(0).storage());
}

TEST_CASE("writing to a view changes its base") {
  const Tensor grid = zeros({2, 3}, int64);
  grid.transpose(0, 1).select(0, 1).fill_(5);
  grid.slice(1, 0, 3, 2).add_(1);
  CHECK(equal(grid, tensor({{1, 5, 1}, {1, 5, 1}})));
  CHECK(grid.version() == 2);
}

TEST_CASE("refused views say why") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_TEXT(x.reshape({4, 2}), "[reshape] element counts differ: (2, 3) has 6, (4, 2) has 8");
  CHECK_THROWS_TEXT(x.reshape({4, -1}),
                    "[reshape] element counts differ: (2, 3) has 6, (4, -1) needs a multiple of 4");
  CHECK_THROWS_TEXT(x.reshape({-1, -1}), "[reshape] only one size can be -1: (2, 3) to (-1, -1)");
  CHECK_THROWS_TEXT(x.reshape({-2, 3}), "[reshape] sizes must not be negative: (-2, 3)");
  CHECK_THROWS_TEXT(zeros({0, 3}).reshape({0, -1}), "[reshape] -1 could be any size: (0, 3) to (0, -1)");
  CHECK_THROWS_TEXT(zeros({0}).reshape({std::int64_t{1} << 62, 4}),
                    "[reshape] more elements than can be counted: (4611686018427387904, 4)");
  CHECK_THROWS_TEXT(x.transpose(0, 2), "[transpose] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(x.permute({0}), "[permute] needs all 2 dims of (2, 3), got (0,)");
  CHECK_THROWS_TEXT(x.permute({1, -1}), "[permute] dim -1 appears twice in (1, -1) for (2, 3)");
  CHECK_THROWS_TEXT(x.slice(2, 0), "[slice] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(x.slice(0, 0, 1, 0), "[slice] step must be positive, not 0");
  CHECK_THROWS_TEXT(x.select(1, 3), "[select] index 3 is out of range for dim 1 of shape (2, 3)");
  CHECK_THROWS_TEXT(x.select(0, -3), "[select] index -3 is out of range for dim 0 of shape (2, 3)");
  CHECK_THROWS_AS(x.select(0, 2), std::out_of_range);
  CHECK_THROWS_TEXT(x.squeeze(2), "[squeeze] dim 2 is out of range");
  CHECK_THROWS_TEXT(x.unsqueeze(3), "[unsqueeze] dim 3 is out of range for a tensor of 3 dims");
  CHECK_THROWS_TEXT(x.expand({3}), "[expand] (2, 3) has more dims than (3,)");
  CHECK_THROWS_TEXT(x.expand({4, 3}), "[expand] only sizes of 1 can grow: (2, 3) to (4, 3)");
  CHECK_THROWS_TEXT(x.expand({-1, 2, 3}), "[expand] only sizes of 1 can grow: (2, 3) to (-1, 2, 3)");
  CHECK_THROWS_TEXT(zeros({1, 1}).expand({std::int64_t{1} << 40, std::int64_t{1} << 40}),
                    "[expand] more elements than can be counted");
  CHECK_THROWS_TEXT(ones({1, 1, 1, 1, 1, 1, 1, 1}).unsqueeze(0), "[shape] more than 8 dims");
  for (const auto& view :
       {+[](const Tensor& t) { return t.reshape({1}); }, +[](const Tensor& t) { return t.squeeze(); },
        +[](const Tensor& t) { return t.expand({1}); }, +[](const Tensor& t) { return t.clone(); },
        +[](const Tensor& t) { return t.to(float64); }}) {
    CHECK_THROWS_TEXT(view(Tensor()), "the tensor is undefined");
  }
}
