#include <xgrad/core/ops/rotary.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/rotary.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad {
namespace {

void check(const Variable& x, const Tensor& cos, const Tensor& sin) {
  check_floating("rotary", x.value());
  if (cos.dtype() != x.dtype() || sin.dtype() != x.dtype()) {
    fail("rotary", "x is ", x.dtype(), ", cos ", cos.dtype(), ", sin ", sin.dtype(),
         "; convert them to one with to()");
  }
  bool fits = x.dim() > 0 && cos.dim() > 0 && cos.shape() == sin.shape() && 2 * cos.size(-1) <= x.size(-1);
  if (fits) {
    Shape pairs = x.shape();
    pairs[x.dim() - 1] = cos.size(-1);
    fits = is_broadcastable_to(cos.shape(), pairs);
  }
  if (!fits) {
    fail("rotary", "cos and sin must broadcast to (..., n) for x (..., d), 2n ≤ d: got x ", x.shape(),
         ", cos ", cos.shape(), ", sin ", sin.shape());
  }
}

}  // namespace

Variable rotary(const Variable& x, const Tensor& cos, const Tensor& sin, RotaryPairs pairs) {
  check_defined("rotary", {x});
  check_defined("rotary", cos);
  check_defined("rotary", sin);
  check(x, cos, sin);
  return record("rotary", kernels::rotary(x.value(), cos, sin, pairs == RotaryPairs::interleaved), {x},
                {Variable(cos), Variable(sin)}, [pairs](const Replay& r) -> Gradients {
                  // The transpose of a rotation is the rotation back:  dx = R(−θ) g
                  const Tensor cos = r.saved(0).value(), sin = r.saved(1).value();
                  return {rotary(r.grad(), cos, neg(sin), pairs)};
                });
}

}  // namespace xgrad
