#include <xgrad/nn/norm.hpp>

#include <sstream>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

void check_size(const char* module, const Variable& x, std::int64_t size) {
  if (x.dim() == 0 || x.size(-1) != size) {
    fail(module, "the last dim of ", x.shape(), " must be the module's size, ", size);
  }
}

std::string eps_text(double eps) {
  std::ostringstream text;
  text << "eps=" << eps;
  return std::move(text).str();
}

}  // namespace

LayerNorm::LayerNorm(std::int64_t size, const LayerNormOptions& options) : eps(options.eps), size_(size) {
  if (size <= 0) fail("LayerNorm", "the size must be positive, not ", size);
  if (!options.affine) return;
  weight = Variable(ones({size}, options.dtype), /*requires_grad=*/true);
  bias = Variable(zeros({size}, options.dtype), /*requires_grad=*/true);
}

Variable LayerNorm::forward(const Variable& x) const {
  check_size("LayerNorm", x, size_);
  return layer_norm(x, weight, bias, eps);
}

std::string LayerNorm::extra_repr() const { return eps_text(eps); }

RMSNorm::RMSNorm(std::int64_t size, const RMSNormOptions& options) : eps(options.eps), size_(size) {
  if (size <= 0) fail("RMSNorm", "the size must be positive, not ", size);
  if (options.affine) weight = Variable(ones({size}, options.dtype), /*requires_grad=*/true);
}

Variable RMSNorm::forward(const Variable& x) const {
  check_size("RMSNorm", x, size_);
  return rms_norm(x, weight, eps);
}

std::string RMSNorm::extra_repr() const { return eps ? eps_text(*eps) : std::string(); }

}  // namespace xgrad::nn
