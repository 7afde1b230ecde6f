#pragma once

// One step of an optimiser: parameters p, gradient g.

#include <cmath>

#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>

namespace reference {

/// Sutskever et al. 2013, section 2, as PyTorch has it: v ← μ v + (1 − dampening) g, p ← p − lr v, where v =
/// g in the first step. Nesterov's momentum: p ← p − lr (g + μ v).
template <class T>
struct SGD {
  T lr, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;
  xt::xarray<T> v = {};
  bool is_first = true;

  void step(xt::xarray<T>& p, const xt::xarray<T>& gradient) {
    const xt::xarray<T> g = gradient + weight_decay * p;
    v = is_first ? g : xt::xarray<T>(momentum * v + (1 - dampening) * g);
    p -= nesterov ? xt::xarray<T>(lr * (g + momentum * v)) : xt::xarray<T>(lr * v);
    is_first = false;
  }
};

/// Kingma & Ba 2015, algorithm 1, with the decay in the gradient:
///   m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///   p ← p − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps)
template <class T>
struct Adam {
  T lr, beta1 = T(0.9), beta2 = T(0.999), eps = T(1e-8), weight_decay = 0;
  xt::xarray<T> m = T(0), v = T(0);
  int t = 0;

  void step(xt::xarray<T>& p, const xt::xarray<T>& gradient) {
    const xt::xarray<T> g = gradient + weight_decay * p;
    t += 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * xt::square(g);
    p -= lr * (m / (1 - std::pow(beta1, t))) / (xt::sqrt(v / (1 - std::pow(beta2, t))) + eps);
  }
};

/// Hinton et al. 2012, lecture 6e; centered: Graves 2013, eq. 38–41.
///   s ← α s + (1 − α) g²,   a ← α a + (1 − α) g,   d = g / (√(s − a²) + eps), or with a = 0
///   v ← momentum · v + d,   p ← p − lr · v
template <class T>
struct RMSprop {
  T lr, alpha = T(0.99), eps = T(1e-8), momentum = 0;
  bool centered = false;
  xt::xarray<T> s = T(0), a = T(0), v = T(0);

  void step(xt::xarray<T>& p, const xt::xarray<T>& g) {
    s = alpha * s + (1 - alpha) * xt::square(g);
    if (centered) a = alpha * a + (1 - alpha) * g;
    v = momentum * v + g / (xt::sqrt(s - xt::square(a)) + eps);
    p -= lr * v;
  }
};

/// Loshchilov & Hutter 2019, algorithm 2, with the decay times lr: p ← p − lr · decay · p, then Adam without
/// decay.
template <class T>
struct AdamW : Adam<T> {
  T decay = T(1e-2);

  void step(xt::xarray<T>& p, const xt::xarray<T>& g) {
    p -= this->lr * decay * p;
    Adam<T>::step(p, g);
  }
};

}  // namespace reference
