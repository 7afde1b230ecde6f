#include <xgrad/nn/norm.hpp>

#include <algorithm>
#include <sstream>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/batch_norm.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn {
namespace {

const Shape& checked(const char* module, const NormalizedShape& shape) {
  const Shape& sizes = shape.sizes();
  if (sizes.empty() || std::any_of(sizes.begin(), sizes.end(), [](std::int64_t n) { return n <= 0; }))
    fail(module, "the sizes must be positive, not ", sizes);
  return sizes;
}

void check_fits(const char* module, const Variable& x, const Shape& shape) {
  const int lead = x.dim() - shape.dim();
  if (lead < 0 || !std::equal(shape.begin(), shape.end(), x.shape().begin() + lead)) {
    fail(module, "the last ", shape.dim() == 1 ? "dim" : "dims", " of ", x.shape(),
         " must be the module's normalized_shape, ", shape);
  }
}

std::string eps_text(double eps) {
  std::ostringstream text;
  text << "eps=" << eps;
  return std::move(text).str();
}

}  // namespace

LayerNorm::LayerNorm(const NormalizedShape& normalized_shape, const LayerNormOptions& options)
    : eps(options.eps), normalized_shape_(checked("LayerNorm", normalized_shape)) {
  if (!options.affine) return;
  weight = Variable(ones(normalized_shape_, options.dtype), /*requires_grad=*/true);
  if (options.bias) bias = Variable(zeros(normalized_shape_, options.dtype), /*requires_grad=*/true);
}

Variable LayerNorm::forward(const Variable& x) const {
  check_fits("LayerNorm", x, normalized_shape_);
  return layer_norm(x, normalized_shape_, weight, bias, eps);
}

std::string LayerNorm::extra_repr() const { return eps_text(eps); }

RMSNorm::RMSNorm(const NormalizedShape& normalized_shape, const RMSNormOptions& options)
    : eps(options.eps), normalized_shape_(checked("RMSNorm", normalized_shape)) {
  if (options.affine) weight = Variable(ones(normalized_shape_, options.dtype), /*requires_grad=*/true);
}

Variable RMSNorm::forward(const Variable& x) const {
  check_fits("RMSNorm", x, normalized_shape_);
  return rms_norm(x, normalized_shape_, weight, eps);
}

std::string RMSNorm::extra_repr() const { return eps ? eps_text(*eps) : std::string(); }

BatchNorm::BatchNorm(std::int64_t num_features, const BatchNormOptions& options)
    : eps(options.eps), momentum(options.momentum), num_features_(num_features) {
  if (num_features <= 0) fail("BatchNorm", "num_features must be positive, not ", num_features);
  const Shape shape{num_features};
  if (options.affine) {
    weight = Variable(ones(shape, options.dtype), /*requires_grad=*/true);
    bias = Variable(zeros(shape, options.dtype), /*requires_grad=*/true);
  }
  if (options.track_running_stats) {
    running_mean = zeros(shape, options.dtype);
    running_var = ones(shape, options.dtype);
    num_batches_tracked = zeros({}, int64);
  }
}

Variable BatchNorm::forward(const Variable& x) const {
  if (x.dim() < 2 || x.size(1) != num_features_)
    fail("BatchNorm", "x must be (N, ", num_features_, ", ...), not of shape ", x.shape());
  const bool tracks = running_mean.defined(), moves = tracks && is_training();
  const auto average = [&] { return 1.0 / (num_batches_tracked.item<double>() + 1); };
  const double step = !moves ? 0 : momentum ? *momentum : average();
  const Variable y =
      batch_norm(x, running_mean, running_var, weight, bias, is_training() || !tracks, step, eps);
  if (moves) num_batches_tracked.value().add_(1);
  return y;
}

void BatchNorm::visit(Visitor& visitor) const {
  visitor("weight", weight)("bias", bias);
  visitor.buffer("running_mean", running_mean)
      .buffer("running_var", running_var)
      .buffer("num_batches_tracked", num_batches_tracked);
}

std::string BatchNorm::extra_repr() const {
  std::ostringstream text;
  text << eps_text(eps);
  if (momentum) text << ", momentum=" << *momentum;
  return std::move(text).str();
}

}  // namespace xgrad::nn
