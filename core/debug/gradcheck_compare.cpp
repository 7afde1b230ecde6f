#include <xgrad/core/debug/gradcheck_compare.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <xgrad/core/debug/gradcheck_report.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

Tensor random_weights(const Shape& shape, Generator& random) {
  const Tensor weights = empty(shape, float64);
  uniform_(weights, 0.5, 1.5, random);
  double* w = weights.mutable_data<double>();
  for (std::int64_t i = 0; i < weights.numel(); ++i) {
    if (i == 0 || random.random() % 2 == 0) w[i] = -w[i];
  }
  return weights;
}

namespace {

constexpr std::size_t few = 64;             // elements that are checked one by one from the start
constexpr std::size_t most_results = 4096;  // results whose slopes are taken one by one

std::vector<double> flat(const std::vector<Variable>& results) {
  std::vector<double> all;
  for (const Variable& result : results) {
    const std::vector<double> values = result.value().to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

GradcheckResult not_deterministic() {
  return GradcheckResult::failed(
      "[gradcheck] f is not deterministic: call eval() on a module with dropout, or seed a Generator in f");
}

class GradientComparison {
 public:
  GradientComparison(const std::function<std::vector<Variable>()>& f,
                     const std::vector<NamedVariable>& leaves, const GradcheckOptions& options,
                     Generator& random)
      : f_(f), leaves_(leaves), options_(options), random_(random), results_(f()), values_(flat(results_)) {}

  GradcheckResult run() {
    if (!repeats(1)) return not_deterministic();
    differentiate();
    for (std::size_t i = 0; i < leaves_.size(); ++i) {
      GradcheckResult result = check_leaf(i);
      if (!result) return repeats(32) ? result : not_deterministic();
    }
    return GradcheckResult::passed();
  }

 private:
  // Whether f gives the same results again, `times` times: two calls of a random f may agree by chance.
  bool repeats(int times) const {
    for (int i = 0; i < times; ++i) {
      if (flat(f_()) != values_) return false;
    }
    return true;
  }

  // The gradients of Σ weights · results. The weights are random: under equal ones, the gradients of a
  // softmax or a norm would cancel to 0.
  void differentiate() {
    std::vector<Variable> outputs, weights, wanted;
    for (const Variable& result : results_) {
      const Variable weight(random_weights(result.shape(), random_));
      const std::vector<double> numbers = weight.value().to_vector<double>();
      weights_.insert(weights_.end(), numbers.begin(), numbers.end());
      if (!result.requires_grad()) continue;
      outputs.push_back(result);
      weights.push_back(weight);
    }
    for (const NamedVariable& leaf : leaves_) wanted.push_back(leaf.variable);
    gradients_.resize(leaves_.size());
    if (!outputs.empty()) gradients_ = grad(outputs, wanted, {.grad_outputs = weights, .allow_unused = true});
  }

  GradcheckResult check_leaf(std::size_t i) {
    const Tensor& x = leaves_[i].variable.value();
    const std::vector<double> analytic = gradients_[i].defined()
                                             ? gradients_[i].value().to_vector<double>()
                                             : std::vector<double>(static_cast<std::size_t>(x.numel()));
    if (analytic.size() > few && projection_agrees(x, analytic)) return GradcheckResult::passed();
    return check_elements(i, x, analytic);
  }

  // ⟨v, Jᵀu⟩ = ⟨u, Jv⟩ for a random direction v: a few calls of f, whatever the size. No v_j is below ½, so
  // an element that is wrong by the bound changes the sum by half of it or more.
  bool projection_agrees(const Tensor& x, const std::vector<double>& analytic) {
    std::vector<double> v(analytic.size());
    for (double& one : v) {
      const double size = 0.5 + 0.5 * random_.random() / 0x1p32;
      one = random_.random() % 2 == 0 ? size : -size;
    }
    const Tensor direction = tensor(v).reshape(x.shape());
    const Tensor start = x.clone();
    const auto line = [&](double t) {
      x.copy_(start).add_(direction, t);
      std::vector<double> values = flat(f_());
      x.copy_(start);
      return values;
    };
    const double expected = std::inner_product(v.begin(), v.end(), analytic.begin(), 0.0);
    const double numeric = LineSlope(line, weights_).central(step_for(0));
    return std::abs(numeric - expected) <= 0.5 * bound(largest_finite(analytic));
  }

  // A quick difference for every element. Those that disagree are measured again with care, the worst first.
  // After `few` of them, one of which is wrong, the quick difference decides about the others.
  GradcheckResult check_elements(std::size_t i, const Tensor& x, const std::vector<double>& analytic) const {
    const std::vector<double> at = x.to_vector<double>();
    std::vector<double> error(at.size()), numeric(at.size());
    const double largest = largest_finite(analytic);
    std::vector<std::size_t> suspects, wrong;
    for (std::size_t e = 0; e < at.size(); ++e) {
      numeric[e] = along(x, e).central(step_for(at[e]));
      error[e] = std::abs(numeric[e] - analytic[e]);
      if (!std::isfinite(error[e])) error[e] = std::numeric_limits<double>::infinity();
      if (!(error[e] <= bound(largest))) suspects.push_back(e);
    }
    std::stable_sort(suspects.begin(), suspects.end(),
                     [&](std::size_t a, std::size_t b) { return error[a] > error[b]; });
    for (std::size_t s = 0; s < suspects.size(); ++s) {
      const std::size_t e = suspects[s];
      if (wrong.empty() || s < few) {
        // long steps against rounding, short ones where the function bends sharply
        const double step = step_for(at[e]);
        numeric[e] = along(x, e).refined(16384 * step, std::min(1e-4 * step, 0.1 * short_step_for(at[e])));
      }
      const double most = bound(std::max(largest, std::abs(numeric[e])));
      if (!(std::abs(numeric[e] - analytic[e]) <= most)) wrong.push_back(e);  // NaN is wrong, too
    }
    if (wrong.empty()) return GradcheckResult::passed();
    const std::size_t worst = wrong[0];
    const auto kink = along(x, worst).kink(short_step_for(at[worst]));
    GradientEntries entries{.shape = x.shape(),
                            .analytic = analytic,
                            .numeric = std::move(numeric),
                            .wrong = std::move(wrong),
                            .tolerance = bound(largest),
                            .arrived = gradients_[i].defined(),
                            .weights = weights_};
    add_slopes(entries, x);
    return wrong_gradient(leaves_[i].name, options_.order, std::move(entries), kink);
  }

  // In order 2 the results are gradients themselves, and no rule multiplies by their weights.
  void add_slopes(GradientEntries& entries, const Tensor& x) const {
    if (options_.order == 2) return;
    entries.result_shape = results_[0].shape();
    const std::size_t numel = entries.numeric.size();
    if (weights_.size() == 1) {
      for (const double slope : entries.numeric) entries.slopes.push_back({slope / weights_[0]});
    } else if (numel <= few && weights_.size() <= most_results) {
      const std::vector<double> at = x.to_vector<double>();
      for (std::size_t e = 0; e < numel; ++e) {
        entries.slopes.push_back(along(x, e).central_of_each(step_for(at[e])));
      }
    }
  }

  // The results while element e of x moves by t.
  LineSlope along(const Tensor& x, std::size_t e) const {
    const Element moved = x.at(unravel_index(static_cast<std::int64_t>(e), x.shape()));
    const auto line = [this, moved](double t) {
      const double before = moved;
      moved = before + t;
      std::vector<double> values = flat(f_());
      moved = before;
      return values;
    };
    return LineSlope(line, weights_);
  }

  double bound(double largest) const {
    return options_.atol + options_.rtol.value_or(options_.order == 2 ? 1e-5 : 1e-6) * largest;
  }
  double step_for(double magnitude) const {
    return options_.step > 0 ? options_.step : 1e-3 * std::max(std::abs(magnitude), 0.1);
  }
  // Stays on the element's side of 0, however small the element is.
  double short_step_for(double magnitude) const {
    const double step = step_for(magnitude), size = std::abs(magnitude);
    return size > 0 ? std::min(step, 1e-3 * size) : step;
  }

  const std::function<std::vector<Variable>()>& f_;
  const std::vector<NamedVariable>& leaves_;
  const GradcheckOptions& options_;
  Generator& random_;
  const std::vector<Variable> results_;
  const std::vector<double> values_;  // of all results, one after the other
  std::vector<double> weights_;       // one for each value
  std::vector<Variable> gradients_;
};

}  // namespace

GradcheckResult compare_gradients(const std::function<std::vector<Variable>()>& f,
                                  const std::vector<NamedVariable>& leaves, const GradcheckOptions& options,
                                  Generator& random) {
  return GradientComparison(f, leaves, options, random).run();
}

}  // namespace xgrad
