#include <xgrad/training/step_norms.hpp>

#include <algorithm>
#include <cctype>
#include <cmath>

#include <xgrad/core/autograd/grad_mode.hpp>
#include <xgrad/core/kernels/norm.hpp>
#include <xgrad/core/ops/arithmetic.hpp>

namespace xgrad::training {
namespace {

// Adds a parameter's norm to the field of its layer. Layers come in the order of their first parameters.
void add_norm(Fields& norms, const char* what, const std::string& parameter, double norm) {
  const std::string name = what + layer_of(parameter);
  auto found =
      std::find_if(norms.begin(), norms.end(), [&](const auto& field) { return field.first == name; });
  if (found == norms.end()) {
    norms.emplace_back(name, 0.0);
    found = norms.end() - 1;
  }
  double& sum = *std::get_if<double>(&found->second);
  sum = std::hypot(sum, norm);
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

StepNorms::StepNorms(const nn::Module& model, std::int64_t step) : parameters_(model.named_parameters()) {
  fields_.emplace_back("step", step);
  for (const auto& [name, parameter] : parameters_) {
    before_.push_back(parameter.value().clone());
    add_norm(fields_, "grad_norm.", name, parameter.has_grad() ? kernels::two_norm(parameter.grad()) : 0);
  }
}

Fields StepNorms::fields() const {
  const NoGradGuard no_grad;
  Fields fields = fields_;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& [name, parameter] = parameters_[i];
    add_norm(fields, "update_norm.", name, kernels::two_norm((parameter.value() - before_[i]).value()));
  }
  return fields;
}

}  // namespace xgrad::training
