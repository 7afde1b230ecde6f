#pragma once

#include <cstdint>

#include <xgrad/xgrad.hpp>

/// The end of each error about too little memory.
inline constexpr const char* smaller_values_advice =
    "; try smaller values of --layers, --d-model, --context or --batch";

/// The number of parameters of such a model; a double, as it may be too large for an integer.
double parameters_of(const xgrad::nn::GPTOptions& model);

/// Throws `std::runtime_error` if training the model on batches of `batch` sequences takes more memory than
/// this machine has.
void check_size(const xgrad::nn::GPTOptions& model, std::int64_t batch);
