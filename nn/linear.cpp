#include <xgrad/nn/linear.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/init.hpp>

namespace xgrad::nn {

Linear::Linear(std::int64_t in_features, std::int64_t out_features, const LinearOptions& options,
               Generator& generator) {
  if (in_features < 0 || out_features < 0) {
    fail("Linear", "sizes must not be negative: in_features ", in_features, ", out_features ", out_features);
  }
  if (!is_floating(options.dtype)) fail("Linear", "the dtype must be floating, not ", options.dtype);
  weight = Variable(empty({out_features, in_features}, options.dtype), /*requires_grad=*/true);
  if (options.bias) bias = Variable(zeros({out_features}, options.dtype), /*requires_grad=*/true);
  init::kaiming_uniform_(weight, std::sqrt(5.0), generator);
  if (options.bias && in_features > 0) {  // a fan of 0 gives no bound
    const double bound = 1 / std::sqrt(static_cast<double>(in_features));
    init::uniform_(bias, -bound, bound, generator);
  }
}

Variable Linear::forward(const Variable& x) const { return linear(x, weight, bias); }

void Linear::visit(Visitor& visitor) const { visitor("weight", weight)("bias", bias); }

}  // namespace xgrad::nn
