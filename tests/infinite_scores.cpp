// Attention whose scores are all −∞, by themselves or by the mask.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("scores that are all −∞ give NaN, and masked ones give 0, in the gradients too") {
  // one query; rows of a batch, of several, and of several tiles
  for (const DType dtype : {float32, float64}) {
    for (const std::int64_t n : {2, 70, 600}) {
      const auto of = [&](double first, double second) {
        const Tensor x = full({n}, second, dtype);
        x.at({0}) = first;
        return x;
      };
      const Tensor first = le(arange(n), 0), none = zeros({n}, boolean);
      const std::vector<std::pair<std::string, std::pair<Tensor, Tensor>>> hidden = {
          {"all, boolean", {of(-inf, -inf), none}},
          {"all, added", {of(-inf, -inf), of(-inf, -inf)}},
          {"all, and finite scores", {of(1, 2), none}},
      };
      const std::vector<std::pair<std::string, std::pair<Tensor, Tensor>>> seen = {
          {"no mask", {of(-inf, -inf), Tensor()}},
          {"all seen", {of(-inf, -inf), ones({n}, boolean)}},
          {"the first seen", {of(-inf, 1), first}},
          {"the first seen, added", {of(-inf, 1), of(0, -inf)}},
          {"the others seen, added", {of(1, -inf), of(-inf, 3)}},
      };
      const auto check = [&](const std::pair<Tensor, Tensor>& row, bool is_nan) {
        const auto& [scores, mask] = row;
        const Variable x(scores, true);
        const Variable y = softmax(x, -1, {.mask = mask, .zero_if_all_masked = true});
        y.backward(arange(0, n, 1, dtype));
        const Variable q(ones({1, 1, 1, 1}, dtype), true), k(scores.reshape({1, 1, n, 1}), true);
        const Variable v(ones({1, 1, n, 1}, dtype), true);
        const Variable z = fused_attention(q, k, v, {.mask = mask});
        sum(z).backward();
        for (const Tensor& each : {y.value(), x.grad(), z.value(), v.grad()}) {
          if (is_nan) {
            CHECK(std::isnan(double(each.reshape({-1}).at({0}))));
          } else {
            CHECK(equal(each, zeros(each.shape(), dtype)));
          }
        }
        if (is_nan) CHECK(std::isnan(q.grad().item<double>()));
      };
      for (const auto& [name, row] : hidden) {
        CAPTURE(name);
        CAPTURE(n);
        check(row, false);
      }
      for (const auto& [name, row] : seen) {
        CAPTURE(name);
        CAPTURE(n);
        check(row, true);
      }
    }
  }
}

TEST_CASE("a tile of −∞ before a finite score does not change the result of fused attention") {
  for (const DType dtype : {float32, float64}) {
    const Tensor scores = full({1, 1, 600, 1}, -inf, dtype),
                 v = arange(0, 600, 1, dtype).reshape({1, 1, 600, 1});
    scores.at({0, 0, 599, 0}) = -3;
    CHECK(fused_attention(ones({1, 1, 1, 1}, dtype), scores, v).item<double>() == 599);
  }
}
