// Elementwise functions, against PyTorch (golden/make_pointwise.py), their twins and finite differences.
#include "op_table.hpp"
#include "support.hpp"

#include <cmath>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/kernels/elementwise.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;
using Xs = std::vector<Variable>;

TEST_CASE("pointwise: values and gradients") {
  check_ops(
      "pointwise",
      {
          {"exp", [](const Xs& x) { return exp(x[0]); }},
          {"log", [](const Xs& x) { return log(x[0]); }},
          {"sqrt", [](const Xs& x) { return sqrt(x[0]); }},
          {"tanh", [](const Xs& x) { return tanh(x[0]); }},
          {"erf", [](const Xs& x) { return erf(x[0]); }},
          {"relu", [](const Xs& x) { return relu(x[0]); }},
          {"log1p", [](const Xs& x) { return log1p(x[0]); }},
          {"rsqrt", [](const Xs& x) { return rsqrt(x[0]); }},
          {"sin", [](const Xs& x) { return sin(x[0]); }},
          {"cos", [](const Xs& x) { return cos(x[0]); }},
          {"abs", [](const Xs& x) { return abs(x[0]); }},
          {"sigmoid", [](const Xs& x) { return sigmoid(x[0]); }},
          {"sigmoid_backward", [](const Xs& x) { return sigmoid_backward(x[0], x[1]); }},
          {"silu", [](const Xs& x) { return silu(x[0]); }},
          {"silu_backward", [](const Xs& x) { return slope(silu, x[0], x[1]); }},
          {"mish", [](const Xs& x) { return mish(x[0]); }},
          {"softplus", [](const Xs& x) { return softplus(x[0]); }},
          {"softplus_3_2", [](const Xs& x) { return softplus(x[0], 3, 2); }},
          {"softplus_-2", [](const Xs& x) { return softplus(x[0], -2); }},
          {"softplus_backward",
           [](const Xs& x) { return slope([](const Variable& a) { return softplus(a); }, x[0], x[1]); }},
          {"clamp_-0.5_1", [](const Xs& x) { return clamp(x[0], -0.5, 1); }},
          {"clamp_0_", [](const Xs& x) { return clamp(x[0], 0); }},
          {"clamp__0", [](const Xs& x) { return clamp(x[0], {}, 0); }},
          {"clamp_1_0", [](const Xs& x) { return clamp(x[0], 1, 0); }},
          {"maximum", [](const Xs& x) { return maximum(x[0], x[1]); }},
          {"minimum", [](const Xs& x) { return minimum(x[0], x[1]); }},
          {"gelu", [](const Xs& x) { return gelu(x[0]); }},
          {"gelu_tanh", [](const Xs& x) { return gelu(x[0], Gelu::tanh); }},
          {"exp2", [](const Xs& x) { return exp2(x[0]); }},
          {"expm1", [](const Xs& x) { return expm1(x[0]); }},
          {"log2", [](const Xs& x) { return log2(x[0]); }},
          {"log10", [](const Xs& x) { return log10(x[0]); }},
          {"erfc", [](const Xs& x) { return erfc(x[0]); }},
          {"gelu_backward",
           [](const Xs& x) { return slope([](const Variable& a) { return gelu(a); }, x[0], x[1]); }},
          {"gelu_tanh_backward",
           [](const Xs& x) {
             return slope([](const Variable& a) { return gelu(a, Gelu::tanh); }, x[0], x[1]);
           }},
          {"where", [](const Xs& x) { return where(x[0], x[1], x[2]); }},
          {"masked_fill", [](const Xs& x) { return masked_fill(x[0], x[1], -2.5); }},
          {"masked_fill_-inf", [](const Xs& x) { return masked_fill(x[0], x[1], -INFINITY); }},
      });
}

TEST_CASE("pointwise: kernels of derivatives agree with derivatives made of other ops") {
  using kernels::Binary;
  const Tensor x = randn({1000}, float64).mul_(10), g = randn({1000}, float64);
  const auto kernel = [&](Binary f, double p = 0, double q = 0) {
    return kernels::binary("test", f, g, x, p, q);
  };
  const Variable s = sigmoid(x), t = tanh(x);
  CHECK(max_abs_diff(kernel(Binary::sigmoid_backward), (g * s * (1 - s)).value()) < 1e-15);
  CHECK(max_abs_diff(kernel(Binary::tanh_backward), (g * (1 - t * t)).value()) < 1e-14);
  CHECK(max_abs_diff(kernel(Binary::silu_backward), slope(silu, g, x).value()) < 1e-14);
  CHECK(max_abs_diff(kernel(Binary::softplus_backward, 2, 20),
                     slope([](const Variable& a) { return softplus(a, 2, 20); }, g, x).value()) < 1e-15);
  CHECK(max_abs_diff(kernel(Binary::gelu_backward),
                     slope([](const Variable& a) { return gelu(a); }, g, x).value()) < 1e-13);
  CHECK(max_abs_diff(kernel(Binary::gelu_tanh_backward),
                     slope([](const Variable& a) { return gelu(a, Gelu::tanh); }, g, x).value()) < 1e-13);
}

TEST_CASE("pointwise: a kernel can write over an operand, whatever the strides") {
  using kernels::Binary;
  const Tensor x = randn({40, 30}, float64), g = randn({40, 30}, float64);
  for (const Binary f : {Binary::gelu_backward, Binary::sub, Binary::div}) {
    const Tensor expected = kernels::binary("test", f, g, x);
    for (const bool over_g : {true, false}) {
      for (const bool transposed : {false, true}) {
        const auto layout = [&](const Tensor& t) { return transposed ? t.mT().clone().mT() : t.clone(); };
        const Tensor a = layout(g), b = layout(x);
        kernels::binary_into("test", f, a, b, over_g ? a : b);
        CHECK(equal(over_g ? a : b, expected));
      }
    }
  }
}

TEST_CASE("pointwise: sign has no gradient, and integers stay integers") {
  CHECK(
      equal(sign(tensor({-3.0, -0.0, 0.0, 2.5, NAN, -INFINITY})), tensor({-1.0, 0.0, 0.0, 1.0, 0.0, -1.0})));
  CHECK(equal(sign(tensor({-3, 0, 4})), tensor({-1, 0, 1})));
  CHECK(equal(sign(zeros({2, 0})), zeros({2, 0})));
  CHECK_FALSE(std::signbit(abs(tensor(-0.0)).item<float>()));
}

TEST_CASE("pointwise: one node each, and what it keeps") {
  const Variable x(randn({4}), true);
  const auto kept = [&](const Variable& y) { return y.node()->saved_bytes(); };
  CHECK(kept(exp(x)) == 16);
  CHECK(kept(gelu(x)) == 16);
  CHECK(kept(relu(x)) == 16);
  CHECK(kept(sigmoid(x)) == 16);
  CHECK(kept(silu(x)) == 16);
  CHECK(kept(masked_fill(x, full({4}, true), 0)) == 4);
  CHECK(gelu(x).node()->inputs()[0] == x.node());
}

TEST_CASE("pointwise: errors") {
  const Tensor x = zeros({2, 3}), integers = zeros({2}, int64);
  CHECK_THROWS_TEXT(exp(integers), "[exp] needs a floating dtype, not int64 of shape");
  CHECK_THROWS_TEXT(gelu(zeros({2}, boolean)), "[gelu] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(sigmoid(integers), "[sigmoid] needs a floating dtype, not int64");
  CHECK_THROWS_TEXT(abs(zeros({2}, boolean)), "[abs] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(sign(zeros({2}, boolean)), "[sign] needs a floating dtype, not boolean");
  CHECK_THROWS_TEXT(clamp(x, {}), "[clamp] needs a lower bound, an upper one or both, for x of shape (2, 3)");
  CHECK_THROWS_TEXT(clamp(x, NAN), "[clamp] the bounds are nan and inf");
  CHECK_THROWS_TEXT(softplus(x, 0), "[softplus] beta must be finite and not 0, got 0");
  CHECK_THROWS_TEXT(softplus(x, 1, NAN), "[softplus] the threshold is NaN");
  CHECK_THROWS_TEXT(maximum(x, zeros({2})), "[maximum] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(minimum(x, zeros({3}, float64)), "[minimum] operands are float32 and float64");
  CHECK_THROWS_TEXT(where(x, x, x),
                    "[where] the condition must be boolean, not float32; compare first, as in ne(x, 0)");
  CHECK_THROWS_TEXT(where(zeros({2}, boolean), x, x), "[where] shapes do not broadcast: (2, 3) and (2,)");
  CHECK_THROWS_TEXT(where(full({}, true), x, zeros({3}, float64)),
                    "[where] operands are float32 and float64");
  CHECK_THROWS_TEXT(masked_fill(x, x, 0), "[masked_fill] the condition must be boolean, not float32");
  CHECK_THROWS_TEXT(masked_fill(x, zeros({4, 2, 3}, boolean), 0),
                    "[masked_fill] the mask does not broadcast to x: (4, 2, 3) to (2, 3)");
}
