#include <xgrad/train/layer_norms.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad::train {
namespace {

using Norms = std::vector<std::pair<std::string, double>>;

// Layers come in the order of their first parameters.
void add_norm(Norms& norms, const std::string& parameter, double norm) {
  const std::string layer = layer_of(parameter);
  auto found =
      std::find_if(norms.begin(), norms.end(), [&](const auto& entry) { return entry.first == layer; });
  if (found == norms.end()) found = norms.insert(norms.end(), {layer, 0.0});
  found->second = std::hypot(found->second, norm);
}

}  // namespace

std::string layer_of(const std::string& parameter) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = parameter.find('.', begin);
    if (begin > 0 && begin < parameter.size() && is_digit(parameter[begin])) return parameter.substr(0, end);
  }
  return parameter.substr(0, parameter.find('.'));
}

LayerNorms::LayerNorms(const nn::Module& model) : parameters_(model.named_parameters()) {
  for (const auto& [name, parameter] : parameters_) {
    before_.push_back(parameter.value().clone());
    add_norm(gradients_, name, parameter.has_grad() ? kernels::two_norm(parameter.grad()) : 0);
  }
}

Fields LayerNorms::fields(std::int64_t step) const {
  const NoGradGuard no_grad;
  Norms updates;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, parameter] = parameters_[i];
    add_norm(updates, name, kernels::two_norm((parameter.value() - before_[i]).value()));
  }
  Fields fields{{"step", step}};
  for (const auto& [layer, norm] : gradients_) fields.push_back({"grad_norm." + layer, norm});
  for (const auto& [layer, norm] : updates) fields.push_back({"update_norm." + layer, norm});
  return fields;
}

}  // namespace xgrad::train
