#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();
constexpr std::int64_t big = (std::int64_t{1} << 60) + 1;

}  // namespace

TEST_CASE("a Tensor is a handle: copies share, clones do not") {
  const Tensor a = zeros({2}), b = a, c = a.clone();
  a.fill_(3);
  CHECK(equal(b, full({2}, 3.0)));
  CHECK(equal(c, zeros({2})));
  CHECK(b.version() == 1);
  CHECK(c.version() == 0);
  CHECK_FALSE(Tensor().defined());
  CHECK(Tensor().version() == 0);
  CHECK(zeros({2, 3}).size(-1) == 3);
  CHECK_THROWS_TEXT(a.size(1), "[size] dim 1 is out of range for a tensor of 1 dims");
}

TEST_CASE("contiguous() is the Tensor itself if it is contiguous, else a copy") {
  const Tensor grid = arange(6).reshape({2, 3});
  CHECK(grid.contiguous().storage() == grid.storage());
  CHECK(grid.slice(0, 1).is_contiguous());
  CHECK(grid.slice(1, 0, 1).slice(0, 0, 1).is_contiguous());
  CHECK(grid.transpose(0, 1).slice(0, 0, 0).is_contiguous());
  CHECK_FALSE(grid.slice(1, 1).is_contiguous());
  const Tensor turned = grid.transpose(0, 1);
  CHECK_FALSE(turned.is_contiguous());
  CHECK(turned.contiguous().is_contiguous());
  CHECK(equal(turned.contiguous(), tensor({{0, 3}, {1, 4}, {2, 5}})));
}

TEST_CASE("permuted and sliced layouts are copied right, in sizes for tiles and threads") {
  const Tensor base = arange(3 * 70 * 130).reshape({3, 70, 130});
  const struct {
    Shape dims;
    std::int64_t step;
  } table[] = {{{0, 1, 2}, 2}, {{0, 2, 1}, 1}, {{2, 1, 0}, 1},
               {{1, 0, 2}, 3}, {{2, 0, 1}, 2}, {{1, 2, 0}, 1}};
  for (const auto& [dims, step] : table) {
    CAPTURE(dims.str());
    const Tensor view = base.permute(dims).slice(1, 1, to_end, step);
    const Tensor copy = view.clone(), floats = view.to(float32);
    const auto* elements = copy.data<std::int64_t>();
    std::int64_t wrong = 0, at = 0;
    for (std::int64_t i = 0; i < view.size(0); ++i) {
      for (std::int64_t j = 0; j < view.size(1); ++j) {
        for (std::int64_t k = 0; k < view.size(2); ++k, ++at) {
          const std::int64_t expected =
              i * view.strides()[0] + j * view.strides()[1] + k * view.strides()[2] + view.offset();
          if (elements[at] != expected || floats.data<float>()[at] != static_cast<float>(expected)) ++wrong;
        }
      }
    }
    CHECK(wrong == 0);
    const Tensor back = zeros(base.shape(), int64);  // a copy into that layout
    back.permute(dims).slice(1, 1, to_end, step).copy_(view);
    CHECK(equal(back.permute(dims).slice(1, 1, to_end, step), view));
  }
}

TEST_CASE("every dtype converts to every other") {
  const Tensor numbers = tensor({-1.5, 0.0, 2.0}, float64);
  CHECK(equal(numbers.to(float32), tensor({-1.5, 0.0, 2.0})));
  CHECK(equal(numbers.to(int64), tensor({-1, 0, 2})));
  CHECK(equal(numbers.to(boolean), tensor({true, false, true})));
  CHECK(equal(tensor({true, false}).to(float64), tensor({1.0, 0.0}, float64)));
  CHECK(equal(tensor({3, 0}).to(boolean), tensor({true, false})));
  CHECK(numbers.to(float64).storage() == numbers.storage());
}

TEST_CASE("a floating number out of an integer's range becomes the nearest integer, NaN becomes 0") {
  using Limits = std::numeric_limits<std::int64_t>;
  const double below_2_63 = 0x1.fffffffffffffp62;
  const std::vector<std::pair<double, std::int64_t>> table{{not_a_number, 0},
                                                           {inf, Limits::max()},
                                                           {-inf, Limits::min()},
                                                           {1e300, Limits::max()},
                                                           {-1e300, Limits::min()},
                                                           {0x1p63, Limits::max()},
                                                           {-0x1p63, Limits::min()},
                                                           {below_2_63, Limits::max() - 1023},
                                                           {-below_2_63, -Limits::max() + 1023},
                                                           {-0.9, 0}};
  for (const auto& [number, integer] : table) {
    CAPTURE(number);
    for (const DType dtype : {float32, float64}) {
      if (dtype == float32 && std::abs(number) == below_2_63) continue;  // no float lies between
      CAPTURE(dtype);
      const Tensor x = full({}, number, dtype);
      CHECK(x.to(int64).item<std::int64_t>() == integer);
      CHECK(x.item<std::int64_t>() == integer);
    }
    CHECK(full({}, number, int64).item<std::int64_t>() == integer);
  }
  CHECK(full({}, 3e9).item<int>() == std::numeric_limits<int>::max());
  CHECK(full({}, -3e9).item<int>() == std::numeric_limits<int>::min());
}

TEST_CASE("items and elements") {
  CHECK(tensor({{2.5}}).item<double>() == 2.5);
  CHECK(tensor({{2.5}}).item<std::int64_t>() == 2);
  CHECK(tensor(true).item<bool>());
  CHECK_THROWS_TEXT(zeros({2}).item<float>(), "[item] needs a tensor of one element, not of shape (2,)");
  CHECK_THROWS_TEXT(Tensor().item<float>(), "[item] the tensor is undefined");

  const Tensor grid = zeros({2, 3});
  grid.at({1, -1}) = 4;
  grid.at({0, 0}) += 1.5;
  grid.at({0, 1}) = grid.at({1, 2});
  CHECK(equal(grid, tensor({{1.5, 4.0, 0.0}, {0.0, 0.0, 4.0}})));
  CHECK(grid.version() == 3);
  const Tensor whole = tensor({big, std::int64_t{0}});
  whole.at({1}) = whole.at({0});
  CHECK(equal(whole, tensor({big, big})));
  CHECK_THROWS_TEXT(grid.at({1}), "[at] index (1,) does not fit shape (2, 3)");
  CHECK_THROWS_TEXT(grid.at({1, 3}), "[at] index (1, 3) is out of range for shape (2, 3)");
  CHECK_THROWS_TEXT(grid.at({-3, 0}), "[at] index (-3, 0) is out of range for shape (2, 3)");
  CHECK_THROWS_AS(grid.at({0, 3}), std::out_of_range);

  CHECK_THROWS_TEXT(grid.data<double>(), "[data] the tensor's dtype is float32, not float64");
  grid.mutable_data<float>()[0] = 9;
  CHECK(grid.at({0, 0}) == 9.0);
  CHECK(grid.version() == 4);
  CHECK(*grid.select(0, 1).select(0, 2).data<float>() == 4.f);
}

TEST_CASE("each change in place sets the values and raises the version once") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  x.add_(tensor({10.0, 20.0})).add_(tensor({{1.0}, {2.0}}), 0.5);
  CHECK(equal(x, tensor({{11.5, 22.5}, {14.0, 25.0}})));
  x.add_(-1).mul_(2).mul_(tensor({1, 2}));
  CHECK(equal(x, tensor({{21.0, 86.0}, {26.0, 96.0}})));
  CHECK(x.version() == 5);
  x.copy_(tensor({true, false}));
  CHECK(equal(x, tensor({{1.0, 0.0}, {1.0, 0.0}})));
  x.zero_();
  CHECK(equal(x, zeros({2, 2})));
  CHECK(x.version() == 7);
  const Tensor whole = tensor({1, 2});
  whole.add_(tensor({10, 20}), 2).mul_(3).add_(1);
  CHECK(equal(whole, tensor({64, 127})));
}

TEST_CASE("an op in place with a view of itself reads all elements before it writes") {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}});
  x.add_(x.transpose(0, 1));
  CHECK(equal(x, tensor({{2.0, 5.0}, {5.0, 8.0}})));
  x.mul_(x.select(0, 0));
  CHECK(equal(x, tensor({{4.0, 25.0}, {10.0, 40.0}})));
  x.copy_(x.transpose(0, 1));
  CHECK(equal(x, tensor({{4.0, 10.0}, {25.0, 40.0}})));
  const Tensor row = arange(6);
  row.slice(0, 1).copy_(row.slice(0, 0, 5));
  CHECK(equal(row, tensor({0, 0, 1, 2, 3, 4})));
}

TEST_CASE("refused changes in place say why and change nothing") {
  const Tensor x = ones({2}), whole = ones({2}, int64), wide = ones({2, 1}).expand({2, 3});
  CHECK_THROWS_TEXT(wide.add_(1),
                    "[add_] elements of this expanded tensor of shape (2, 3) share memory; clone() it first");
  CHECK_THROWS_TEXT(wide.fill_(1), "[fill_] elements of this expanded tensor");
  CHECK_THROWS_TEXT(wide.copy_(x), "[copy_] elements of this expanded tensor");
  CHECK_THROWS_TEXT(x.add_(ones({3})), "[add_] shape (3,) does not broadcast to (2,)");
  CHECK_THROWS_TEXT(x.mul_(ones({2, 2})), "[mul_] shape (2, 2) does not broadcast to (2,)");
  CHECK_THROWS_TEXT(x.add_(ones({2}, float64)), "[add_] operands are float32 and float64");
  CHECK_THROWS_TEXT(whole.add_(x), "[add_] a float32 result does not fit into int64");
  CHECK_THROWS_TEXT(whole.add_(1.5), "[add_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(whole.add_(whole, 0.5), "[add_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(whole.mul_(0.5), "[mul_] a floating number does not fit into int64");
  CHECK_THROWS_TEXT(x.add_(Tensor()), "[add_] the other tensor is undefined");
  CHECK_THROWS_TEXT(Tensor().mul_(2), "[mul_] the tensor is undefined");
  CHECK(equal(x, ones({2})));
  CHECK(x.version() == 0);
  CHECK(whole.version() == 0);
}

TEST_CASE("allclose and equal") {
  const Tensor a = tensor({1.0, inf, -inf}), b = tensor({1.000001, inf, -inf});
  CHECK(allclose(a, b));
  CHECK_FALSE(equal(a, b));
  CHECK_FALSE(allclose(a, b, 0, 1e-8));
  CHECK_FALSE(allclose(tensor({inf}), tensor({-inf})));
  CHECK_FALSE(allclose(tensor({inf}), tensor({1e30})));
  CHECK_FALSE(allclose(tensor({1e30}), tensor({inf})));
  CHECK_FALSE(allclose(tensor({not_a_number}), tensor({not_a_number})));
  CHECK(allclose(tensor({not_a_number, 1.0}), tensor({not_a_number, 1.0}), 1e-5, 1e-8, true));
  CHECK(allclose(empty({0}), empty({0})));
  CHECK_FALSE(equal(ones({2}), ones({2, 1})));
  CHECK_FALSE(equal(ones({2}), ones({2}, float64)));
  CHECK(equal(ones({2, 3}).transpose(0, 1), ones({3, 2})));
  CHECK_THROWS_TEXT(allclose(ones({2}), ones({3})), "[allclose] shapes differ: (2,) and (3,)");
  CHECK_THROWS_TEXT(allclose(ones({2}), ones({2}, int64)), "[allclose] dtypes differ: float32 and int64");
}
