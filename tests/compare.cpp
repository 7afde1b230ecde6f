// Comparisons, against PyTorch (golden/make_pick.py).
#include "support.hpp"

#include <cmath>

#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

struct Row {
  const char* name;
  Tensor (*tensors)(const Variable&, const Variable&);
  Tensor (*scalar)(const Variable&, Scalar);
};
constexpr Row rows[] = {
    {"eq", eq, eq},
    {"ne", ne, ne},
    {"lt", lt, lt},
    {"le", le, le},
    {"gt", gt, gt},
    {"ge", ge, ge},
    {"logical_and", logical_and, nullptr},
    {"logical_or", logical_or, nullptr},
};
constexpr const char* dtypes[] = {"float32", "int64", "boolean"};

}  // namespace

TEST_CASE("compare: every pair of values in every pair of dtypes") {
  for (const Row& row : rows) {
    for (const std::string a : dtypes) {
      const Tensor& x = golden("pick", "compare/" + a);
      const std::string key = std::string("compare/") + row.name + "/" + a + "/";
      CAPTURE(key);
      for (const std::string b : dtypes) {
        CAPTURE(b);
        const Tensor& y = golden("pick", "compare/" + b);
        CHECK(equal(row.tensors(x.unsqueeze(1), y), golden("pick", key + b)));
        CHECK(equal(row.tensors(x.unsqueeze(1).expand({x.size(0), y.size(0)}), y), golden("pick", key + b)));
      }
      if (!row.scalar) continue;
      CHECK(equal(row.scalar(x, 1), golden("pick", key + "1")));
      CHECK(equal(row.scalar(x, 0.5), golden("pick", key + "0.5")));
    }
  }
}

TEST_CASE("compare: a number takes the Variable's floating dtype") {
  CHECK(eq(tensor(0.1, float32), 0.1).item<bool>());
  CHECK(eq(tensor(0.1, float64), 0.1).item<bool>());
  CHECK_FALSE(eq(tensor(0.1, float32).to(float64), 0.1).item<bool>());
}

TEST_CASE("compare: tests of one Tensor") {
  const Tensor x = tensor({0.0, -0.0, 1.0, NAN, INFINITY});
  CHECK(equal(isnan(x), tensor({false, false, false, true, false})));
  CHECK(equal(logical_not(x), tensor({true, true, false, false, false})));
  CHECK(equal(isnan(tensor({1, 2})), tensor({false, false})));
  CHECK(equal(logical_not(tensor({true, false})), tensor({false, true})));
}

TEST_CASE("compare: any and all") {
  const Tensor x = tensor({{0, 0, 2}, {1, 3, -1}, {0, 0, 0}});
  for (const Tensor& each : {x, x.to(float32), x.mT().contiguous().mT()}) {
    CHECK(equal(any(each, 1), tensor({true, true, false})));
    CHECK(equal(all(each, -1, true), tensor({{false}, {true}, {false}})));
    CHECK(equal(any(each, 0), tensor({true, true, true})));
    CHECK(equal(all(each), tensor(false)));
    CHECK(equal(any(each), tensor(true)));
  }
  CHECK(equal(any(zeros({0})), tensor(false)));
  CHECK(equal(all(zeros({0})), tensor(true)));
  CHECK(equal(all(zeros({2, 0}), 1), tensor({true, true})));
  CHECK(equal(any(zeros({2, 0}), 1), tensor({false, false})));
  CHECK(equal(any(tensor({0.0, NAN})), tensor(true)));
}

TEST_CASE("compare: results need no gradient, and errors name the op") {
  const Variable x(zeros({2, 3}), true);
  CHECK(eq(x, x).dtype() == boolean);
  CHECK_THROWS_TEXT(lt(x, zeros({2})), "[lt] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(gt(x, zeros({2})), "[gt] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(ge(x, zeros({3}, float64)), "[ge] operands are float32 and float64");
  CHECK_THROWS_TEXT(any(x, 2), "[any] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(all(x, -3), "[all] dim -3 is out of range for a tensor of 2 dims");
}
