#include <xgrad/nn/activations.hpp>

#include <sstream>

namespace xgrad::nn {
namespace {

// "beta=1, threshold=20"
template <class... Parts>
std::string repr(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return std::move(text).str();
}

}  // namespace

Variable activate(const Variable& x, Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return gelu(x);
    case Activation::gelu_tanh:
      return gelu(x, Gelu::tanh);
    case Activation::relu:
      break;
  }
  return relu(x);
}

std::string GELU::extra_repr() const {
  return repr("approximate=", approximate == Gelu::tanh ? "tanh" : "none");
}
std::string ELU::extra_repr() const { return repr("alpha=", alpha); }
std::string LeakyReLU::extra_repr() const { return repr("negative_slope=", negative_slope); }
std::string Softplus::extra_repr() const { return repr("beta=", beta, ", threshold=", threshold); }
std::string Softmax::extra_repr() const { return repr("dim=", static_cast<std::int64_t>(dim)); }

}  // namespace xgrad::nn
