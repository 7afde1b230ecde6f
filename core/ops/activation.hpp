#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Elementwise functions of one floating Variable, beside relu, tanh and gelu in pointwise.hpp; same shape.

Variable sigmoid(const Variable& x);  ///< 1 / (1 + exp(−x))
/// x sigmoid(x): the sigmoid-weighted linear unit (Elfwing et al. 2018, section 2), also called swish.
Variable silu(const Variable& x);
/// log(1 + exp(βx)) / β, a smooth relu; x itself where βx > threshold. β is not 0.
Variable softplus(const Variable& x, double beta = 1, double threshold = 20);

/// g σ'(x) = g σ(x) σ(−x), where σ is the sigmoid: the rule of sigmoid, and a part of the rules of silu, tanh
/// and gelu. All digits of both tails are there, unlike those of s (1 − s) with s = σ(x). g and x have one
/// shape and dtype.
Variable sigmoid_backward(const Variable& g, const Variable& x);

}  // namespace xgrad
