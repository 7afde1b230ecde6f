// Products, against PyTorch (golden/make_matmul.py) and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <limits>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("matmul: values and gradients") {
  const auto scores = [](const Xs& x) { return matmul(x[0].transpose(1, 2), x[1].transpose(1, 2).mT()); };
  check_ops("matmul", {
                          {"matmul", [](const Xs& x) { return matmul(x[0], x[1]); }},
                          {"heads", scores},
                          {"bmm", [](const Xs& x) { return bmm(x[0], x[1]); }},
                          {"square_of_one", [](const Xs& x) { return matmul(x[0], x[0]); }},
                          {"linear", [](const Xs& x) { return linear(x[0], x[1], x[2]); }},
                          {"linear_without_bias", [](const Xs& x) { return linear(x[0], x[1]); }},
                      });
}

TEST_CASE("matmul: NaN and infinity pass through") {
  const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  for (const std::int64_t n : {1, 5, 40, 100}) {
    Tensor a = ones({n, n}), b = zeros({n, n});
    a.at({0, 0}) = nan;
    a.at({n - 1, n - 1}) = inf;
    const std::vector<float> y = matmul(a, b).value().to_vector<float>();
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        const bool is_nan = y[static_cast<std::size_t>(i * n + j)] != y[static_cast<std::size_t>(i * n + j)];
        CHECK(is_nan == (i == 0 || i == n - 1));  // ∞ · 0 is NaN too
      }
    }
  }
}

TEST_CASE("matmul and linear: one node each, which keeps what the gradients asked for need") {
  const Variable x(ones({2, 3, 4})), weight(ones({5, 4}), true), bias(ones({5}), true);
  const Variable y = linear(x, weight, bias);
  CHECK(std::string(y.node()->op()) == "linear");
  CHECK(y.node()->inputs()[1] == weight.node());
  CHECK(y.node()->saved_bytes() == 24 * sizeof(float));  // x alone: nobody wants dx
  const Variable z = matmul(x, weight.mT());
  CHECK(std::string(z.node()->op()) == "matmul");
  CHECK(z.node()->saved_bytes() == 24 * sizeof(float));
}

TEST_CASE("matmul and linear: errors") {
  const auto f = [](const Shape& shape, DType dtype = float32) { return Variable(zeros(shape, dtype)); };
  CHECK_THROWS_TEXT(matmul(f({2, 6, 32}), f({16, 32})), "[matmul] inner sizes differ: (2, 6, 32) @ (16, 32)");
  CHECK_THROWS_TEXT(bmm(f({2, 3, 4}), f({1, 4, 5})),
                    "[bmm] wants (B, M, K) and (B, K, N), got (2, 3, 4) and (1, 4, 5); matmul broadcasts");
  CHECK_THROWS_TEXT(bmm(f({3, 4}), f({4, 5})), "[bmm] wants (B, M, K) and (B, K, N), got (3, 4) and (4, 5)");
  CHECK_THROWS_TEXT(bmm(f({2, 3, 4}), f({2, 3, 4})), "[bmm] inner sizes differ: (2, 3, 4) @ (2, 3, 4)");
  CHECK_THROWS_TEXT(bmm(f({2, 3, 4}), f({2, 4, 5}, float64)),
                    "[bmm] operands are left float32 (2, 3, 4) and right float64 (2, 4, 5)");
  CHECK_THROWS_TEXT(bmm(f({2, 3, 4}, int64), f({2, 4, 5}, int64)), "[bmm] needs floating operands");
  CHECK_THROWS_TEXT(matmul(f({4}), f({5})), "[matmul] inner sizes differ: (4,) @ (5,)");
  CHECK_THROWS_TEXT(matmul(f({3, 4}), f({3})), "[matmul] inner sizes differ: (3, 4) @ (3,)");
  CHECK_THROWS_TEXT(matmul(f({}), f({3, 4})), "[matmul] operands need at least 1 dim: () @ (3, 4)");
  CHECK_THROWS_TEXT(matmul(f({2, 5, 3, 4}), f({3, 4, 6})),
                    "[matmul] batch dims do not broadcast: (2, 5, 3, 4) @ (3, 4, 6)");
  CHECK_THROWS_TEXT(
      matmul(f({3, 4}), f({4, 5}, float64)),
      "[matmul] operands are left float32 (3, 4) and right float64 (4, 5); convert one of them with to(");
  CHECK_THROWS_TEXT(matmul(f({3, 4}, int64), f({4, 5}, int64)),
                    "[matmul] needs floating operands, got left int64 (3, 4) and right int64 (4, 5); convert "
                    "with to(float32)");
  CHECK_THROWS_TEXT(matmul(f({3, 4}, float64), f({4, 5}, boolean)), "convert with to(float64)");
  CHECK_THROWS_TEXT(linear(f({2, 3}), f({5, 4})),
                    "[linear] x (2, 3) must end in weight's second size: weight (out, in) is (5, 4)");
  CHECK_THROWS_TEXT(linear(f({}), f({5, 4})), "[linear] x () must end in");
  CHECK_THROWS_TEXT(linear(f({4}), f({4})), "[linear] weight must be (out, in), not (4,)");
  CHECK_THROWS_TEXT(linear(f({2, 4}), f({5, 4}), f({4})),
                    "[linear] bias must be (out) = (5,) for weight (5, 4), not (4,)");
  CHECK_THROWS_TEXT(linear(f({2, 4}), f({5, 4}, float64)),
                    "[linear] operands are x float32 (2, 4) and weight float64 (5, 4); convert one of them "
                    "with to(float32) or to(float64)");
  CHECK_THROWS_TEXT(linear(f({2, 4}, int64), f({5, 4}, float64)),
                    "[linear] needs floating operands, got x int64 (2, 4) and weight float64 (5, 4); convert "
                    "with to(float64)");
  CHECK_THROWS_TEXT(linear(f({2, 4}), f({5, 4}), f({5}, float64)),
                    "[linear] operands are x float32 (2, 4) and bias float64 (5,); convert");
}

TEST_CASE("linear: gradients of a vector that meets several of them add up") {
  const Variable x(ones({3}), /*requires_grad=*/true), w(ones({2, 3}), /*requires_grad=*/true);
  (sum(linear(x, w)) + sum(linear(x, w))).backward();
  CHECK(equal(x.grad(), full({3}, 4.0)));
  CHECK(equal(w.grad(), full({2, 3}, 2.0)));
}
