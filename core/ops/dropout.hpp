#pragma once

#include <xgrad/core/autograd/variable.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

/// Dropout: each element is 0 with probability p, else x / (1 − p). The identity when not training. p lies in
/// [0, 1] and means what it does in PyTorch; in Srivastava et al. 2014, p is the probability of keeping an
/// element, and the weights are scaled at test time instead. A dropped element is multiplied by 0, so NaN
/// stays NaN.
Variable dropout(const Variable& x, double p, bool training = true,
                 Generator& generator = default_generator());

/// What dropout keeps, drawn as `dropout` draws it: boolean.
Tensor draw_kept(const Shape& shape, double p, Generator& generator);
/// factor · x where `kept` is true, else 0 · x.
Variable keep_and_scale(const Variable& x, const Tensor& kept, double factor);

}  // namespace xgrad
