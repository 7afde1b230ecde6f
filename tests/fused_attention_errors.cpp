#include <string>

#include "support.hpp"

#include <xgrad/core/ops/attention.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE("fused attention refuses operands and masks that do not fit, and says which") {
  const auto f = [](const Shape& shape, DType dtype = float32) { return Variable(zeros(shape, dtype)); };
  const Variable q = f({1, 2, 3, 4});
  const std::string rule =
      "[fused_attention] q must be (B, H, T_q, d), k (B, H_k, T_k, d) and v (B, H_k, T_k, d_v), "
      "where H_k divides H: ";
  CHECK_THROWS_TEXT(fused_attention(f({2, 3, 4}), q, q),
                    rule + "got q (2, 3, 4), k (1, 2, 3, 4), v (1, 2, 3, 4)");
  CHECK_THROWS_TEXT(fused_attention(q, f({1, 2, 3, 5}), q), rule + "got q (1, 2, 3, 4), k (1, 2, 3, 5)");
  CHECK_THROWS_TEXT(fused_attention(q, q, f({1, 2, 4, 4})), rule);
  CHECK_THROWS_TEXT(fused_attention(q, f({1, 3, 3, 4}), f({1, 3, 3, 4})), rule);
  CHECK_THROWS_TEXT(fused_attention(f({2, 2, 3, 4}), q, q), rule);
  CHECK_THROWS_TEXT(fused_attention(f({1, 2, 3, 4}, int64), q, q), "[fused_attention] ");
  CHECK_THROWS_TEXT(fused_attention(q, q, f({1, 2, 3, 4}, float64)),
                    "[fused_attention] q is float32, k float32, v float64; convert them to one with to()");
  CHECK_THROWS_TEXT(fused_attention(q, Variable(), q), "[fused_attention] ");
  CHECK_THROWS_TEXT(fused_attention(q, f({1, 2, 2, 4}), f({1, 2, 2, 4}), {.causal = true}),
                    "[fused_attention] causal: more queries than keys, T_q 3 and T_k 2; the "
                    "first queries would see nothing");
  CHECK_THROWS_TEXT(
      fused_attention(q, q, q, {.mask = zeros({3, 3}, int64)}),
      "[fused_attention] a mask is boolean (true keeps) or floating (added), not int64 of shape "
      "(3, 3); convert with to(boolean)");
  CHECK_THROWS_TEXT(fused_attention(q, q, q, {.mask = zeros({2, 3})}),
                    "[fused_attention] the mask of shape (2, 3) does not broadcast to the scores of shape "
                    "(1, 2, 3, 3)");
}
