#pragma once

#include <xgrad/core/autograd/variable.hpp>

namespace xgrad {

// Elementwise functions of one floating Variable. Any other dtype throws.

Variable relu(const Variable& x);  ///< max(x, 0); the gradient at 0 is 0
Variable tanh(const Variable& x);
Variable sigmoid(const Variable& x);  ///< 1 / (1 + exp(−x))
/// x sigmoid(x): the sigmoid-weighted linear unit (Elfwing et al. 2018, section 2), also called swish.
Variable silu(const Variable& x);
/// x tanh(log(1 + exp(x))): a smooth activation like silu (Misra 2019, section 2).
Variable mish(const Variable& x);

enum class Gelu { exact, tanh };
/// Gaussian error linear unit (Hendrycks & Gimpel 2016, section 2): x Φ(x) = x/2 (1 + erf(x/√2)).
/// `Gelu::tanh` approximates it by x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). Value and slope keep their
/// digits in the left tail, except in the exact form in float32: for x < 0 its error is up to 1e-6, since the
/// tail's digits would cost another exponential.
Variable gelu(const Variable& x, Gelu approximate = Gelu::exact);

/// log(1 + exp(βx)) / β, a smooth relu; x itself where βx > threshold. β is not 0.
Variable softplus(const Variable& x, double beta = 1, double threshold = 20);

/// g σ'(x) = g σ(x) σ(−x), where σ is the sigmoid. It is the rule of sigmoid, and a part of the rules of
/// silu, tanh and gelu. It keeps all digits of both tails, unlike s (1 − s) with s = σ(x). g and x have one
/// shape and dtype.
Variable sigmoid_backward(const Variable& g, const Variable& x);

}  // namespace xgrad
