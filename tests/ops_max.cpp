// The largest and the smallest elements and their indices. Gradients against PyTorch: ops_reduce.cpp (amax,
// amin, max, min) and ops_sort.cpp (max and min along a dim).
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("max: NaN reaches the maximum from every place") {
  for (std::int64_t n : {1, 7, 16, 33, 300}) {
    for (std::int64_t at = 0; at < n; ++at) {
      const Tensor x = randn({n});
      x.at({at}) = NAN;
      CHECK(std::isnan(amax(x, {0}).item<float>()));
      CHECK(std::isnan(amin(x, {0}).item<float>()));
      CHECK(std::isnan(logsumexp(x, {0}).item<float>()));
      CHECK(std::isnan(amax(x.reshape({n, 1}).expand({n, 3}), {0}).value().at({2})));
    }
  }
}

TEST_CASE("max: the indices along a dim are those of the first of equals") {
  const Tensor x = tensor({{1.0, 3.0, 3.0}, {2.0, NAN, -1.0}});
  CHECK(equal(max(x, 1).second, tensor({1, 1})));
  CHECK(equal(max(x, 0, true).second, tensor({{1, 1, 0}})));
  CHECK(equal(min(x, 1).second, tensor({0, 1})));
  CHECK(equal(min(x, 0).second, tensor({0, 1, 1})));
}

TEST_CASE("max: argmax takes a NaN, or else the first of equals") {
  const Tensor& x = golden("pick", "pick/x");
  for (int dim = 0; dim < 3; ++dim) {
    CAPTURE(dim);
    const Tensor& expected = golden("pick", "argmax/" + std::to_string(dim));
    CHECK(equal(argmax(x, dim), expected));
    CHECK(equal(argmax(x, dim - 3, true), expected.unsqueeze(dim)));
    CHECK(equal(argmax(x.permute({2, 0, 1}).contiguous().permute({1, 2, 0}), dim), expected));
  }
  CHECK(argmax(tensor({3, 7, 7}), 0).item<std::int64_t>() == 1);
  CHECK(argmax(tensor({false, true}), 0).item<std::int64_t>() == 1);
  CHECK(argmax(zeros({0, 3}), 1).shape() == Shape{0});
  CHECK_THROWS_TEXT(argmax(zeros({2, 0}), 1),
                    "[argmax] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(argmax(zeros({2}), 1), "[argmax] dim 1 is out of range for a tensor of 1 dims");
}

TEST_CASE("max: argmin takes a NaN, or else the first of equals") {
  const Tensor& x = golden("pick", "pick/x");
  for (int dim = 0; dim < 3; ++dim) {
    CAPTURE(dim);
    const Tensor& expected = golden("pick", "argmin/" + std::to_string(dim));
    CHECK(equal(argmin(x, dim), expected));
    CHECK(equal(argmin(x, dim - 3, true), expected.unsqueeze(dim)));
  }
  CHECK(argmin(tensor({3, 1, 1}), 0).item<std::int64_t>() == 1);
  CHECK_THROWS_TEXT(argmin(zeros({2, 0}), 1),
                    "[argmin] dim 1 of shape (2, 0) has size 0: there is no smallest element");
}

TEST_CASE("max: argmax and argmin of all elements count row by row") {
  const Tensor x = tensor({{1, 5}, {0, 5}, {0, 2}});
  CHECK(argmax(x).item<std::int64_t>() == 1);
  CHECK(argmin(x).item<std::int64_t>() == 2);
  CHECK(argmax(x).shape() == Shape{});
  CHECK(argmax(x.T()).item<std::int64_t>() == 3);
  CHECK(argmax(tensor(7.0)).item<std::int64_t>() == 0);
  CHECK(argmin(tensor({{1.0, 0.0}, {std::nan(""), -1.0}})).item<std::int64_t>() == 2);
  CHECK_THROWS_TEXT(argmax(zeros({2, 0})),
                    "[argmax] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(argmin(Variable()), "[argmin]");
}

TEST_CASE("max: errors") {
  const Tensor x = zeros({2, 0});
  CHECK_THROWS_TEXT(max(x, 1), "[max] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(min(x, 1), "[min] dim 1 of shape (2, 0) has size 0: there is no smallest element");
  CHECK_THROWS_TEXT(max(x, 2), "[max] dim 2 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(min(x, -3), "[min] dim -3 is out of range for a tensor of 2 dims");
  CHECK_THROWS_TEXT(amax(zeros({2, 0}), {1}),
                    "[amax] dim 1 of shape (2, 0) has size 0: there is no largest element");
  CHECK_THROWS_TEXT(amin(zeros({2, 0}), {1}),
                    "[amin] dim 1 of shape (2, 0) has size 0: there is no smallest element");
  CHECK(std::string(max(Variable(ones({2}), true)).node()->op()) == "max");
  CHECK_THROWS_TEXT(min(zeros({0})), "[min] dim 0 of shape (0,) has size 0");
}
