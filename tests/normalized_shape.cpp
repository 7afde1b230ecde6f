// The normalized shape of layer_norm, rms_norm and their modules: how it is written, and its errors.
#include "support.hpp"

#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/norm.hpp>

using namespace xgrad;

TEST_CASE("layer_norm, rms_norm: a normalized shape of numbers, in braces, of a Shape; and its errors") {
  const Variable x = randn({2, 3, 4}), gamma = randn({3, 4}), beta = randn({3, 4});
  CHECK(equal(layer_norm(x, 4).value(), layer_norm(x).value()));
  CHECK(equal(layer_norm(x, {4}).value(), layer_norm(x).value()));
  CHECK(equal(
      layer_norm(x, {3, 4}, gamma, beta).value(),
      layer_norm(x.reshape({2, 12}), gamma.reshape({12}), beta.reshape({12})).reshape({2, 3, 4}).value()));
  CHECK(equal(rms_norm(x, x.shape(), {}, 1e-5).value(),
              rms_norm(x.reshape({24}), {}, 1e-5).reshape({2, 3, 4}).value()));
  CHECK_THROWS_TEXT(layer_norm(x, {2, 4}),
                    "[layer_norm] normalized_shape (2, 4) is not the shape of the last dims of x, (2, 3, 4)");
  CHECK_THROWS_TEXT(rms_norm(x, {1, 2, 3, 4}),
                    "[rms_norm] normalized_shape (1, 2, 3, 4) is not the shape of");
  CHECK_THROWS_TEXT(layer_norm(x, Shape{}), "[layer_norm] normalized_shape () is not the shape of the last");
  CHECK_THROWS_TEXT(
      layer_norm(x, {3, 4}, ones({4}), ones({4})),
      "[layer_norm] gamma of shape (4,) does not fit the last dims of x, (2, 3, 4); it must be (3, 4)");
}

TEST_CASE("LayerNorm and RMSNorm take a number, numbers in braces, or a Shape") {
  const nn::LayerNorm one(4), two({3, 4}), three(Shape{2, 3, 4}, {.eps = 1e-3});
  const nn::RMSNorm braces{{3, 4}};
  const Variable x = randn({2, 3, 4});
  CHECK(one.weight.shape() == Shape{4});
  CHECK(two.weight.shape() == Shape{3, 4});
  CHECK(equal(one(x).value(), layer_norm(x).value()));
  CHECK(equal(two(x).value(), layer_norm(x, {3, 4}).value()));
  CHECK(equal(three(x).value(), layer_norm(x, {2, 3, 4}, {}, {}, 1e-3).value()));
  const nn::LayerNorm without_bias(4, {.bias = false});
  CHECK(without_bias.num_parameters() == 4);
  CHECK(equal(without_bias(x).value(), layer_norm(x, ones({4})).value()));
  CHECK(nn::LayerNorm(4, {.affine = false}).num_parameters() == 0);
  CHECK(equal(braces(x).value(), rms_norm(x, {3, 4}).value()));
  CHECK_THROWS_TEXT(two(zeros({3, 5})),
                    "[LayerNorm] the last dims of (3, 5) must be the module's normalized_shape, (3, 4)");
  CHECK_THROWS_TEXT(nn::LayerNorm({3, 0}), "[LayerNorm] the sizes must be positive, not (3, 0)");
}
