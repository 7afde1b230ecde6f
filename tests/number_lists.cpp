// Tensors of the numbers in a std::vector, std::array or std::span, and in lists of them.
#include "support.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/xtensor.hpp>

using namespace xgrad;

TEST_CASE("number lists: a Tensor of a list of numbers") {
  struct Row {
    const char* name;
    Tensor made;
    DType dtype;
    Shape shape;
    std::vector<double> elements;
  };
  const std::vector<float> values = {0.5f, 1.5f};
  const std::vector<std::vector<int>> nested = {{1, 2, 3}, {4, 5, 6}};
  const Row table[] = {
      {"int", tensor(std::vector<int>{0, -1}), int64, {2}, {0, -1}},
      {"int8", tensor(std::vector<std::int8_t>{-128, 127}), int64, {2}, {-128, 127}},
      {"unsigned", tensor(std::vector<unsigned>{4294967295u}), int64, {1}, {4294967295.0}},
      {"uint64", tensor(std::vector<std::uint64_t>{7}), int64, {1}, {7}},
      {"float", tensor(values), float32, {2}, {0.5, 1.5}},
      {"double", tensor(std::vector<double>{1.5}), float64, {1}, {1.5}},
      {"long double", tensor(std::vector<long double>{1.5L}), float64, {1}, {1.5}},
      {"bool", tensor(std::vector<bool>{true, false}), boolean, {2}, {1, 0}},
      {"array", tensor(std::array<int, 3>{1, 2, 3}), int64, {3}, {1, 2, 3}},
      {"array of bool", tensor(std::array<bool, 2>{false, true}), boolean, {2}, {0, 1}},
      {"span", tensor(std::span(values)), float32, {2}, {0.5, 1.5}},
      {"nested", tensor(nested), int64, {2, 3}, {1, 2, 3, 4, 5, 6}},
      {"nested bool", tensor(std::vector<std::vector<bool>>{{true}, {false}}), boolean, {2, 1}, {1, 0}},
      {"arrays", tensor(std::vector<std::array<double, 2>>{{1, 2}}), float64, {1, 2}, {1, 2}},
      {"deep",
       tensor(std::vector<std::vector<std::vector<float>>>{{{1, 2}}, {{3, 4}}}),
       float32,
       {2, 1, 2},
       {1, 2, 3, 4}},
      {"empty", tensor(std::vector<int>{}), int64, {0}, {}},
      {"no rows", tensor(std::vector<std::vector<float>>{}), float32, {0, 0}, {}},
      {"no rows of three", tensor(std::vector<std::array<float, 3>>{}), float32, {0, 3}, {}},
      {"empty rows", tensor(std::vector<std::vector<float>>{{}, {}}), float32, {2, 0}, {}},
      {"as float32", tensor(std::vector<int>{1, 2}, float32), float32, {2}, {1, 2}},
      {"as boolean", tensor(std::vector<double>{0, 2}, boolean), boolean, {2}, {0, 1}},
      {"as int64", tensor(nested, int64), int64, {2, 3}, {1, 2, 3, 4, 5, 6}},
  };
  for (const auto& [name, made, dtype, shape, elements] : table) {
    CAPTURE(name);
    CHECK(made.dtype() == dtype);
    CHECK(made.shape() == shape);
    CHECK(made.to_vector<double>() == elements);
  }
  const std::int64_t big = (std::int64_t{1} << 53) + 1;  // no double
  CHECK(tensor(std::vector<std::int64_t>{big}).item<std::int64_t>() == big);
}

TEST_CASE("number lists: a list that is no Tensor says why") {
  using Rows = std::vector<std::vector<int>>;
  CHECK_THROWS_TEXT(tensor(Rows{{1, 2}, {3, 4}, {5}}),
                    "[tensor] rows of different shapes: row 0 is (2,), row 2 is (1,)");
  CHECK_THROWS_TEXT(tensor(Rows{{}, {1}}), "[tensor] rows of different shapes: row 0 is (0,), row 1 is (1,)");
  CHECK_THROWS_TEXT(tensor(std::vector<Rows>{{{1, 2}}, {{3, 4}, {5, 6}}}),
                    "[tensor] rows of different shapes: row 0 is (1, 2), row 1 is (2, 2)");
  CHECK_THROWS_TEXT(tensor(std::vector<std::uint64_t>{1, std::uint64_t{1} << 63}),
                    "[tensor] int64 does not hold 9223372036854775808");
  static_assert(!number_list::List<xt::xarray<float>>);  // its shape would be lost: from_xt
  static_assert(!number_list::List<std::vector<const char*>>);
}
