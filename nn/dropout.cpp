#include <xgrad/nn/dropout.hpp>

#include <sstream>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/dropout.hpp>

namespace xgrad::nn {

Dropout::Dropout(double p) : p(p) {
  if (!(p >= 0 && p <= 1)) fail("Dropout", "the probability must lie in [0, 1], not ", p);
}

Variable Dropout::forward(const Variable& x) const { return dropout(x, p, is_training()); }

std::string Dropout::extra_repr() const {
  std::ostringstream text;
  text << "p=" << p;
  return std::move(text).str();
}

}  // namespace xgrad::nn
