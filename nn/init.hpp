#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

/// Fills a parameter's value in place, without recording, with PyTorch's numbers for the same seed. For a
/// weight (out, in), fan_in is `in` and fan_out is `out`; sizes beyond the second multiply both.
namespace xgrad::nn::init {

void constant_(const Variable& parameter, double value);
void zeros_(const Variable& parameter);
void ones_(const Variable& parameter);
void uniform_(const Variable& parameter, double from = 0, double to = 1,
              Generator& generator = default_generator());
void normal_(const Variable& parameter, double mean = 0, double std = 1,
             Generator& generator = default_generator());

/// Glorot & Bengio 2010, eq. 16: U(−a, a), a = gain √(6 / (fan_in + fan_out)).
void xavier_uniform_(const Variable& weight, double gain = 1, Generator& generator = default_generator());
/// N(0, σ²), σ = gain √(2 / (fan_in + fan_out)).
void xavier_normal_(const Variable& weight, double gain = 1, Generator& generator = default_generator());
/// He et al. 2015, section 2.2: U(−b, b), b = √3 · √(2 / (1 + a²)) / √fan_in, `a` the negative slope of a
/// leaky ReLU.
void kaiming_uniform_(const Variable& weight, double a = 0, Generator& generator = default_generator());
/// N(0, σ²), σ = √(2 / (1 + a²)) / √fan_in.
void kaiming_normal_(const Variable& weight, double a = 0, Generator& generator = default_generator());

std::int64_t fan_in(const Variable& weight);
std::int64_t fan_out(const Variable& weight);

}  // namespace xgrad::nn::init
