#include <xgrad/nn/dropout.hpp>

#include <xgrad/core/error.hpp>
#include <xgrad/core/ops/dropout.hpp>

namespace xgrad::nn {

Dropout::Dropout(double p) : p(p) {
  if (!(p >= 0 && p <= 1)) fail("Dropout", "the probability must lie in [0, 1], not ", p);
}

Variable Dropout::forward(const Variable& x) const { return dropout(x, p, is_training()); }

}  // namespace xgrad::nn
