#include <doctest/doctest.h>

#if __has_include(<xtensor/xarray.hpp>) || __has_include(<xtensor/containers/xarray.hpp>)

#include <cmath>
#include <memory>

#include <xtl/xhalf_float.hpp>

#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

#include "support.hpp"

using namespace xgrad;

TEST_CASE("from_xt makes a Tensor of any expression") {
  const xt::xarray<float> a{{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}};
  const Tensor grid = tensor({{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}});
  CHECK(equal(from_xt(a), grid));
  CHECK(equal(from_xt(xt::transpose(a)), grid.transpose(0, 1)));
  CHECK(equal(from_xt(a + 1.f), tensor({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}})));
  const Tensor t = from_xt(xt::exp(a) + 1.f);
  CHECK(t.at({1, 2}) == doctest::Approx(149.41316));
  CHECK(t.is_contiguous());
  CHECK(equal(from_xt(xt::sum(a, {1})), tensor({3.f, 12.f})));
  CHECK(equal(from_xt(xt::sum(a)), tensor(15.f)));
  CHECK(equal(from_xt(a > 2.5f), tensor({{false, false, false}, {true, true, true}})));
  CHECK(equal(from_xt(xt::xarray<float>(a) + xt::xarray<float>{10.f, 20.f, 30.f}),
              tensor({{10.f, 21.f, 32.f}, {13.f, 24.f, 35.f}})));
  const xt::xarray<float, xt::layout_type::column_major> columns = a;
  CHECK(equal(from_xt(columns), grid));
  CHECK(equal(from_xt(columns * 2.f), tensor({{0.f, 2.f, 4.f}, {6.f, 8.f, 10.f}})));
  CHECK(equal(from_xt(xt::xtensor<float, 2>(a)), grid));
  CHECK(from_xt(xt::xarray<float>::from_shape({2, 0, 3})).shape() == Shape{2, 0, 3});
}

TEST_CASE("from_xt keeps float, double and bool, and makes other integers int64") {
  CHECK(equal(from_xt(xt::xarray<double>{1.5, 2.5}), tensor({1.5, 2.5}, float64)));
  CHECK(equal(from_xt(xt::xarray<std::int64_t>{1, 2}), tensor({1, 2})));
  CHECK(equal(from_xt(xt::xarray<int>{{-1, 2}}), tensor({{-1, 2}})));
  CHECK(equal(from_xt(xt::xarray<unsigned char>{200, 2}), tensor({200, 2})));
  CHECK(equal(from_xt(xt::xarray<bool>{true, false}), tensor({true, false})));

  CHECK(as_xt<const bool>(tensor({true, false}))(0));
  CHECK(as_xt<const double>(tensor({1.5}, float64))(0) == 1.5);
  CHECK(as_xt<const std::int64_t>(tensor({7}))(0) == 7);
  CHECK_THROWS_TEXT(
      as_xt<float>(ones({2}, float64)),
      "[as_xt] the tensor's dtype is float64, not float32; open it as what it is, or convert it with "
      "to(float32)");
  CHECK_THROWS_TEXT(as_xt<const float>(Tensor()), "[as_xt] the tensor is undefined");
}

TEST_CASE("a view reads the elements of the Tensor with any strides") {
  const Tensor grid = arange(24.0).reshape({2, 3, 4});
  const Tensor table[] = {grid,
                          grid.transpose(0, 2),
                          grid.permute({1, 2, 0}),
                          grid.slice(2, 1, 4, 2),
                          grid.slice(0, 1),
                          grid.slice(1, 2).slice(2, 3),
                          grid.select(1, 1),
                          grid.select(0, 1).transpose(0, 1).unsqueeze(1),
                          grid.select(0, 1).select(0, 1).select(0, 2),
                          grid.slice(1, 1, 1),
                          grid.select(0, 0).select(0, 1).expand({3, 4}),
                          grid.slice(2, 0, 1).expand({2, 3, 5}),
                          ones({1, 1, 1}),
                          empty({0})};
  for (const Tensor& t : table) {
    CAPTURE(t.shape().str());
    CAPTURE(t.strides().str());
    const auto view = as_xt<const float>(t);
    CHECK(view.dimension() == static_cast<std::size_t>(t.dim()));
    CHECK(view.size() == static_cast<std::size_t>(t.numel()));
    CHECK(equal(from_xt(view), t));
    CHECK(equal(from_xt(view * 1.f + 0.f), t));
    CHECK(equal(from_xt(xt::xarray<float>(view)), t));
    CHECK(equal(from_xt(xt::xarray<float, xt::layout_type::column_major>(view)), t));
    const std::vector<float> elements(view.begin(), view.end());
    CHECK(elements == t.to_vector<float>());
    if (t.numel() > 0 && t.dim() > 0) {
      const xt::xarray<float> row = xt::ones<float>({t.size(-1)});
      CHECK(equal(from_xt(view * row), t));
      double total = 0;
      for (float x : elements) total += static_cast<double>(x);
      CHECK(xt::sum(view)() == doctest::Approx(total));
      const Tensor sums = from_xt(xt::sum(view, {t.dim() - 1}));
      const Tensor copied_sums = from_xt(xt::sum(as_xt<const float>(t.clone()), {t.dim() - 1}));
      CHECK(equal(sums, copied_sums));
    }
  }
  const Tensor t = tensor({{1.f, 2.f}, {3.f, 4.f}});
  const xt::xarray<float> sums = xt::sum(as_xt<float>(t), {1});
  CHECK(sums == xt::xarray<float>{3.f, 7.f});
}

TEST_CASE("writes through a view reach its elements and no others") {
  const Tensor grid = zeros({3, 4});
  as_xt<float>(grid.slice(1, 1, 4, 2)) = xt::xarray<float>{{1, 2}, {3, 4}, {5, 6}};
  CHECK(equal(grid, tensor({{0.f, 1.f, 0.f, 2.f}, {0.f, 3.f, 0.f, 4.f}, {0.f, 5.f, 0.f, 6.f}})));
  as_xt<float>(grid.transpose(0, 1).slice(0, 0, 1)) += 7.f;
  CHECK(equal(grid.select(1, 0), tensor({7.f, 7.f, 7.f})));
  CHECK(equal(grid.select(1, 1), tensor({1.f, 3.f, 5.f})));
  auto row = as_xt<float>(grid.select(0, 1));
  row(3) = -1;
  CHECK(grid.at({1, 3}) == -1.0);
  auto column = as_xt<float>(grid.select(1, 2));
  column.fill(9.f);
  CHECK(equal(grid, tensor({{7.f, 1.f, 9.f, 2.f}, {7.f, 3.f, 9.f, -1.f}, {7.f, 5.f, 9.f, 6.f}})));
  column = xt::exp(column * 0.f);
  CHECK(equal(grid.select(1, 2), ones({3})));
  xt::noalias(as_xt<float>(grid)) = as_xt<const float>(ones({4})) * 2.f;
  CHECK(equal(grid, full({3, 4}, 2.0)));
  as_xt<float>(grid.select(0, 0).select(0, 0)) = 5.f;
  CHECK(grid.at({0, 0}) == 5.0);
  CHECK_THROWS(as_xt<float>(grid) = xt::ones<float>({2, 2}));
}

TEST_CASE("as_xt for writing raises the version, as_xt for reading does not") {
  const Tensor t = ones({2});
  static_cast<void>(as_xt<const float>(t));
  CHECK(t.version() == 0);
  static_cast<void>(as_xt<float>(t));
  CHECK(t.version() == 1);
  static_assert(!std::is_assignable_v<decltype(as_xt<const float>(t)(0)), float>);
  CHECK_THROWS_TEXT(
      as_xt<float>(t.unsqueeze(1).expand({2, 3})),
      "[as_xt] elements of this expanded tensor of shape (2, 3) share memory; open it for reading, as "
      "a const type, or clone() it first");
}

TEST_CASE("a view keeps its memory alive, and so do its copies and moves") {
  const auto owner = std::make_shared<std::vector<float>>(4, 3.f);
  {
    auto view = as_xt<float>(Tensor(StoragePtr::adopt(owner->data(), 16, owner), {2, 2}, {1, 2}, 0, float32));
    CHECK(owner.use_count() == 2);
    auto copy = view;
    const auto moved = std::make_unique<decltype(view)>(std::move(view));
    (*moved)(1, 0) = 5;
    CHECK(copy(1, 0) == 5.f);
    CHECK((*owner)[1] == 5.f);
  }
  CHECK(owner.use_count() == 1);
  auto late = as_xt<float>(full({1000}, 2.0));
  const Tensor other = zeros({1000});
  CHECK(xt::sum(late)() == 2000.f);
}

TEST_CASE("an array that is moved in is kept, not copied") {
  const auto check = [](auto array, const Tensor& expected) {
    const auto* const elements = array.data();
    using Element = typename decltype(array)::value_type;
    const Tensor t = from_xt(std::move(array));
    CHECK(t.data<Element>() == elements);
    CHECK(equal(t, expected));
    CHECK(t.dtype() == dtype_of<Element>());
    t.fill_(1);  // it is writable like any other
    CHECK(equal(t, ones(t.shape(), t.dtype())));
  };
  const Tensor grid = tensor({{0.f, 1.f, 2.f}, {3.f, 4.f, 5.f}});
  const xt::xarray<float> rows{{0, 1, 2}, {3, 4, 5}};
  check(rows, grid);
  check(xt::xarray<float, xt::layout_type::column_major>(rows), grid);
  check(xt::xarray<float, xt::layout_type::dynamic>(rows), grid);
  check(xt::xtensor<float, 2>(rows), grid);
  check(xt::xtensor<double, 2, xt::layout_type::column_major>(xt::cast<double>(rows)), grid.to(float64));
  check(xt::xarray<double>{1.5, 2.5}, tensor({1.5, 2.5}, float64));
  check(xt::xarray<std::int64_t>{{-1, 3}, {2, 4}}, tensor({{-1, 3}, {2, 4}}));
  check(xt::xarray<bool>{true, false, true}, tensor({true, false, true}));
  check(xt::xarray<float>(7.f), tensor(7.f));
  check(xt::xarray<float>(xt::ones<float>({1, 1, 1})), ones({1, 1, 1}));
  const Tensor column = from_xt(xt::xarray<float>::from_shape({3, 1}));
  CHECK(column.strides() == ones({3, 1}).strides());
  CHECK(from_xt(xt::xarray<double>::from_shape({2, 0, 3})).shape() == Shape{2, 0, 3});

  // Views and other element types are copied.
  std::vector<float> others(6, 1.f);
  const Tensor copy = from_xt(xt::adapt(others, std::vector<std::size_t>{2, 3}));
  CHECK(copy.data<float>() != others.data());
  CHECK(equal(copy, ones({2, 3})));
  CHECK(equal(from_xt(xt::xarray<int>{1, 2}), tensor({1, 2})));
  CHECK(equal(from_xt(xt::xtensor<unsigned char, 1>{1, 2}), tensor({1, 2})));
  xt::xarray<float> named = rows;
  CHECK(from_xt(named).data<float>() != named.data());
}

TEST_CASE("from_xt refuses unsigned numbers that int64 cannot hold") {
  const std::uint64_t most = INT64_MAX;
  CHECK(equal(from_xt(xt::xarray<std::uint64_t>{0, most}), tensor({std::int64_t{0}, INT64_MAX})));
  CHECK_THROWS_TEXT(from_xt(xt::xarray<std::uint64_t>{0, most + 1}),
                    "[from_xt] element 1 of shape (2,) is 9223372036854775808, which int64 does not hold");
}

TEST_CASE("from_xt makes half precision float32, and xtensor narrows a view") {
  const xt::xarray<xtl::half_float> halves{xtl::half_float(0.1f), xtl::half_float(-65504.f)};
  CHECK(equal(from_xt(halves), tensor({0.0999755859375f, -65504.f})));  // 0.1 rounded to 11 bits
  CHECK(equal(from_xt(halves * halves), tensor({0.0099945068359375f, INFINITY})));
  CHECK(equal(from_xt(xt::xarray<xtl::half_float>(halves)), from_xt(halves)));  // moved in, and converted
  const xt::xarray<xtl::half_float> narrow = xt::cast<xtl::half_float>(as_xt<const float>(tensor({0.1f})));
  CHECK(equal(from_xt(narrow), tensor({0.0999755859375f})));
}

TEST_CASE("a Tensor becomes an xarray and a Tensor again, and takes part in a gradient") {
  auto view = as_xt<float>(from_xt(xt::xarray<float>{1, 2, 3}));  // both handles are gone, the array stays
  view *= 2.f;
  CHECK(equal(from_xt(view), tensor({2.f, 4.f, 6.f})));
  Variable x(from_xt(xt::xtensor<double, 2, xt::layout_type::column_major>{{1, 2, 3}, {4, 5, 6}}), true);
  sum(matmul(x, x.transpose(0, 1))).backward();
  CHECK(equal(x.grad(), tensor({{10.0, 14.0, 18.0}, {10.0, 14.0, 18.0}}, float64)));
}

#endif
