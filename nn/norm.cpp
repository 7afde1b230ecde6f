#include <xgrad/nn/norm.hpp>

#include <sstream>

#include <xgrad/core/error.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/ops/norm.hpp>

namespace xgrad::nn {

LayerNorm::LayerNorm(std::int64_t size, const LayerNormOptions& options) : eps(options.eps), size_(size) {
  if (size <= 0) fail("LayerNorm", "the size must be positive, not ", size);
  if (!options.affine) return;
  weight = Variable(ones({size}, options.dtype), /*requires_grad=*/true);
  bias = Variable(zeros({size}, options.dtype), /*requires_grad=*/true);
}

Variable LayerNorm::forward(const Variable& x) const {
  const ForwardScope scope(*this);
  if (x.dim() == 0 || x.size(-1) != size_) {
    fail("LayerNorm", "the last dim of ", x.shape(), " must be the module's size, ", size_);
  }
  return layer_norm(x, weight, bias, eps);
}

std::string LayerNorm::extra_repr() const {
  std::ostringstream text;
  text << "eps=" << eps;
  return std::move(text).str();
}

}  // namespace xgrad::nn
