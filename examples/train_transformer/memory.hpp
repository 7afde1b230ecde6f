#pragma once

#include <cstdint>

#include <xgrad/xgrad.hpp>

/// The end of each error about too little memory.
inline constexpr const char* smaller_values_advice =
    "; try smaller values of --layers, --d-model, --context or --batch";

/// How many parameters such a model has; a double, as the number may be too large for an integer.
double parameters_of(const xgrad::nn::GPTOptions& model);

/// Throws `std::runtime_error` where training the model on batches of `batch` sequences takes more memory
/// than this machine has. Without this, Linux would promise the memory, and kill the program as it comes to
/// use it.
void check_memory(const xgrad::nn::GPTOptions& model, std::int64_t batch);
