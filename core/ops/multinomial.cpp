#include <xgrad/core/ops/multinomial.hpp>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/base/error.hpp>
#include <xgrad/core/kernels/multinomial.hpp>

namespace xgrad {

Tensor multinomial(const Variable& weights, std::int64_t count, bool replacement, Generator& generator) {
  check_defined("multinomial", {weights});
  if (weights.dim() < 1 || weights.dim() > 2) {
    fail("multinomial", "weights are (V) or (N, V), not ", weights.shape());
  }
  if (count < 1) fail("multinomial", "the number of draws must be at least 1, not ", count);
  if (weights.size(-1) == 0) {
    fail("multinomial", "there is nothing to draw from in weights of shape ", weights.shape());
  }
  return kernels::multinomial(weights.value(), count, replacement, generator);
}

}  // namespace xgrad
