#pragma once

// Losses, of each element or row. `mean` and `sum` reduce them; `mean_of_counted` is the mean of the two
// losses of classes.

#include <cstdint>

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmanipulation.hpp>

#include "softmax.hpp"

namespace reference {

/// f · x, where 0 · ∞ = 0: what has no weight costs nothing
template <class F, class X>
auto weighted(const F& f, const X& x) -> Array<F> {
  return xt::where(xt::equal(f, 0), typename F::value_type(0), f * x);
}

/// q_nj = 1 if j = target_n, else 0: (N) → (N, V). A target that is no class, such as −100, gives a row of 0,
/// which adds nothing to a loss and does not count: it is ignored.
template <class T>
xt::xarray<T> one_hot(const xt::xarray<std::int64_t>& targets, std::int64_t classes) {
  return xt::cast<T>(xt::equal(xt::expand_dims(targets, targets.dimension()), xt::arange(classes)));
}

/// (1 − ε) q + ε/V (Szegedy et al. 2016, section 7), and still 0 in a row that is ignored
template <class T>
xt::xarray<T> smoothed(const xt::xarray<T>& q, T epsilon) {
  const T even = 1 / static_cast<T>(q.shape().back());
  return xt::where(sum_over(q, {-1}) > T(0), (1 - epsilon) * q + epsilon * even, T(0));
}

/// −Σ_j w_j q_nj log p_nj, with weights w of the classes
template <class T>
xt::xarray<T> nll_loss(const xt::xarray<T>& log_p, const xt::xarray<T>& q, const xt::xarray<T>& w = T(1)) {
  return -xt::sum(weighted(w * q, log_p), {-1});
}

/// −Σ_j w_j q_nj log softmax(x_n)_j, where q_n holds a class or probabilities
template <class T>
xt::xarray<T> cross_entropy(const xt::xarray<T>& x, const xt::xarray<T>& q, const xt::xarray<T>& w = T(1)) {
  return nll_loss(log_softmax(x), q, w);
}

/// Σ_n loss_n / Σ_nj w_j q_nj
template <class T>
T mean_of_counted(const xt::xarray<T>& loss, const xt::xarray<T>& q, const xt::xarray<T>& w = T(1)) {
  return xt::sum(loss)() / xt::sum(w * q)();
}

/// log σ(x) = −log(1 + exp(−x)) = min(x, 0) − log(1 + exp(−|x|))
template <class T>
xt::xarray<T> log_sigmoid(const xt::xarray<T>& x) {
  return xt::minimum(x, T(0)) - xt::log1p(xt::exp(-xt::abs(x)));
}

/// −(p t log σ(x) + (1 − t) log(1 − σ(x))), where 1 − σ(x) = σ(−x) and p is the weight of the positive class
template <class T>
xt::xarray<T> binary_cross_entropy_with_logits(const xt::xarray<T>& x, const xt::xarray<T>& t,
                                               const xt::xarray<T>& p = T(1)) {
  return -weighted(p * t, log_sigmoid<T>(x)) - weighted(1 - t, log_sigmoid<T>(-x));
}

/// (x − t)²
template <class T>
xt::xarray<T> mse_loss(const xt::xarray<T>& x, const xt::xarray<T>& t) {
  return xt::square(x - t);
}

/// |x − t|
template <class T>
xt::xarray<T> l1_loss(const xt::xarray<T>& x, const xt::xarray<T>& t) {
  return xt::abs(x - t);
}

/// Of d = |x − t|: d²/2 where d ≤ δ, and δ (d − δ/2) elsewhere (Huber 1964, section 2)
template <class T>
xt::xarray<T> huber_loss(const xt::xarray<T>& x, const xt::xarray<T>& t, T delta = 1) {
  const xt::xarray<T> d = xt::abs(x - t);
  return xt::where(d <= delta, xt::square(d) / 2, delta * (d - delta / 2));
}

/// Of d = |x − t|: d²/(2β) where d < β, and d − β/2 elsewhere (Girshick 2015, section 2.3)
template <class T>
xt::xarray<T> smooth_l1_loss(const xt::xarray<T>& x, const xt::xarray<T>& t, T beta = 1) {
  const xt::xarray<T> d = xt::abs(x - t);
  return xt::where(d < beta, xt::square(d) / (2 * beta), d - beta / 2);
}

/// p (log p − log q), or 0 where p = 0 (Kullback & Leibler 1951, section 2)
template <class T>
xt::xarray<T> kl_div(const xt::xarray<T>& log_q, const xt::xarray<T>& p) {
  return weighted(p, xt::log(p) - log_q);
}

/// −(t log p + (1 − t) log(1 − p)), where a logarithm is at least −100, as in PyTorch
template <class T>
xt::xarray<T> binary_cross_entropy(const xt::xarray<T>& p, const xt::xarray<T>& t) {
  return -t * xt::maximum(xt::log(p), T(-100)) - (1 - t) * xt::maximum(xt::log1p(-p), T(-100));
}

}  // namespace reference
