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

// At a kink, the slope is that of the piece whose condition has ≤ or ≥. Defined in activation_pieces.cpp.

/// x for x > 0, α x for x ≤ 0, where α is the negative slope (Maas et al. 2013, section 2).
Variable leaky_relu(const Variable& x, double negative_slope = 0.01);
/// x for x > 0, α (exp(x) − 1) for x ≤ 0: the exponential linear unit (Clevert et al. 2016, section 3).
Variable elu(const Variable& x, double alpha = 1);
/// λ elu(x, α), with λ = 1.0507 and α = 1.6733, which keep a mean of 0 and a variance of 1 from layer to
/// layer (Klambauer et al. 2017, section 2).
Variable selu(const Variable& x);
/// x for x > 0, α (exp(x/α) − 1) for x ≤ 0: an elu with a continuous slope (Barron 2017). α is not 0.
Variable celu(const Variable& x, double alpha = 1);
/// min(max(x, min_val), max_val); the slope is 1 between the bounds, and 0 at them.
Variable hardtanh(const Variable& x, double min_val = -1, double max_val = 1);
Variable relu6(const Variable& x);  ///< min(max(x, 0), 6); the slope is 0 at the bounds
/// min(max(x + 3, 0), 6)/6, a sigmoid of straight lines; the slope is 0 at ±3.
Variable hardsigmoid(const Variable& x);
/// x hardsigmoid(x): 0 for x < −3, x for x > 3, x (x + 3)/6 for the rest (Howard et al. 2019, section 5.2).
/// The slope is −1/2 at −3 and 3/2 at 3.
Variable hardswish(const Variable& x);
/// log σ(x) = min(x, 0) − log(1 + exp(−|x|)), where σ is the sigmoid.
Variable logsigmoid(const Variable& x);
Variable softsign(const Variable& x);  ///< x/(1 + |x|)

/// g σ'(x) = g σ(x) σ(−x), where σ is the sigmoid. It is the rule of sigmoid, and a part of the rules of
/// silu, tanh and gelu. It keeps all digits of both tails, unlike s (1 − s) with s = σ(x). g and x have one
/// shape and dtype.
Variable sigmoid_backward(const Variable& g, const Variable& x);

}  // namespace xgrad
