#include <xgrad/nn/init.hpp>

#include <cmath>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad::nn::init {
namespace {

void check_matrix(const Variable& weight) {
  if (weight.dim() < 2)
    fail("init", "fan-in and fan-out need a weight of 2 dims or more, not ", weight.shape());
}

// An empty weight has nothing to draw, and its fan of 0 may give no finite scale.
bool is_empty(const Variable& weight) {
  check_matrix(weight);
  return weight.numel() == 0;
}

}  // namespace

std::int64_t fan_in(const Variable& weight) {
  check_matrix(weight);
  return weight.size(0) == 0 ? 0 : weight.numel() / weight.size(0);
}

std::int64_t fan_out(const Variable& weight) {
  check_matrix(weight);
  return weight.size(1) == 0 ? 0 : weight.numel() / weight.size(1);
}

void constant_(const Variable& parameter, double value) { parameter.value().fill_(value); }
void zeros_(const Variable& parameter) { constant_(parameter, 0); }
void ones_(const Variable& parameter) { constant_(parameter, 1); }

void uniform_(const Variable& parameter, double from, double to, Generator& generator) {
  xgrad::uniform_(parameter.value(), from, to, generator);
}

void normal_(const Variable& parameter, double mean, double std, Generator& generator) {
  xgrad::normal_(parameter.value(), mean, std, generator);
}

// The order of operations is PyTorch's: another order rounds the bound differently, and so every number.

void xavier_uniform_(const Variable& weight, double gain, Generator& generator) {
  if (is_empty(weight)) return;
  const double std = gain * std::sqrt(2.0 / static_cast<double>(fan_in(weight) + fan_out(weight)));
  const double a = std::sqrt(3.0) * std;
  uniform_(weight, -a, a, generator);
}

void xavier_normal_(const Variable& weight, double gain, Generator& generator) {
  if (is_empty(weight)) return;
  normal_(weight, 0, gain * std::sqrt(2.0 / static_cast<double>(fan_in(weight) + fan_out(weight))),
          generator);
}

void kaiming_uniform_(const Variable& weight, double a, Generator& generator) {
  if (is_empty(weight)) return;
  const double gain = std::sqrt(2.0 / (1 + a * a));
  const double bound = std::sqrt(3.0) * (gain / std::sqrt(static_cast<double>(fan_in(weight))));
  uniform_(weight, -bound, bound, generator);
}

void kaiming_normal_(const Variable& weight, double a, Generator& generator) {
  if (is_empty(weight)) return;
  normal_(weight, 0, std::sqrt(2.0 / (1 + a * a)) / std::sqrt(static_cast<double>(fan_in(weight))),
          generator);
}

}  // namespace xgrad::nn::init
