#include <xgrad/core/debug/gradcheck_compare.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <xgrad/core/debug/gradcheck_report.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {
namespace {

constexpr std::size_t few = 64;             // elements that are checked one by one at once
constexpr std::size_t most_results = 4096;  // whose slopes are looked at one by one

std::vector<double> flat(const std::vector<Variable>& results) {
  std::vector<double> all;
  for (const Variable& result : results) {
    const std::vector<double> values = result.value().to_vector<double>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

double largest_finite(const std::vector<double>& values) {
  double largest = 0;
  for (double value : values) {
    if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  return largest;
}

GradcheckResult not_deterministic() {
  return GradcheckResult::failed(
      "[gradcheck] f is not deterministic: call eval() on a module with dropout, or seed a Generator in f");
}

}  // namespace

std::optional<Shape> first_not_finite(const Tensor& x) {
  const std::vector<double> values = x.to_vector<double>();
  const auto at = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
  if (at == values.end()) return {};
  return unravel_index(at - values.begin(), x.shape());
}

Tensor random_weights(const Shape& shape, Generator& random) {
  const Tensor weights = empty(shape, float64);
  uniform_(weights, 0.5, 1.5, random);
  double* w = weights.mutable_data<double>();
  for (std::int64_t i = 0; i < weights.numel(); ++i) {
    if (i == 0 || random.random() % 2 == 0) w[i] = -w[i];
  }
  return weights;
}

GradcheckResult GradientComparison::run() {
  results_ = f_();
  values_ = flat(results_);
  if (!repeats(1)) return not_deterministic();
  choose_weights();
  differentiate();
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    GradcheckResult result = check_leaf(i);
    if (!result) return repeats(32) ? result : not_deterministic();
  }
  return GradcheckResult::passed();
}

// Whether f gives the same results again, `times` times: two calls of a random f may agree by chance.
bool GradientComparison::repeats(int times) {
  for (int i = 0; i < times; ++i) {
    if (flat(f_()) != values_) return false;
  }
  return true;
}

// dL/d(result): never uniform, where the gradients of a softmax or a norm would cancel to 0.
void GradientComparison::choose_weights() {
  for (const Variable& result : results_) {
    grad_outputs_.emplace_back(random_weights(result.shape(), random_));
  }
  weights_ = flat(grad_outputs_);
}

void GradientComparison::differentiate() {
  std::vector<Variable> outputs, starts, wanted;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    if (!results_[i].requires_grad()) continue;
    outputs.push_back(results_[i]);
    starts.push_back(grad_outputs_[i]);
  }
  for (const NamedVariable& leaf : leaves_) wanted.push_back(leaf.variable);
  gradients_.resize(leaves_.size());
  if (!outputs.empty()) gradients_ = grad(outputs, wanted, {.grad_outputs = starts, .allow_unused = true});
}

GradcheckResult GradientComparison::check_leaf(std::size_t i) {
  const Tensor& x = leaves_[i].variable.value();
  const std::vector<double> analytic = gradients_[i].defined()
                                           ? gradients_[i].value().to_vector<double>()
                                           : std::vector<double>(static_cast<std::size_t>(x.numel()));
  if (analytic.size() > few && projection_agrees(x, analytic)) return GradcheckResult::passed();
  return check_elements(i, x, analytic);
}

double GradientComparison::bound(double largest) const {
  return options_.atol + options_.rtol.value_or(options_.order == 2 ? 1e-5 : 1e-6) * largest;
}

double GradientComparison::step_for(double magnitude) const {
  return options_.step > 0 ? options_.step : 1e-3 * std::max(std::abs(magnitude), 0.1);
}

// One that stays on the element's side of 0, however small it is.
double GradientComparison::short_step_for(double magnitude) const {
  const double step = step_for(magnitude), size = std::abs(magnitude);
  return size > 0 ? std::min(step, 1e-3 * size) : step;
}

// ⟨v, Jᵀu⟩ = ⟨u, Jv⟩ for a random direction v: a few calls of f, whatever the size. No v_j is below ½, so one
// element that is wrong by the bound shows as half of it.
bool GradientComparison::projection_agrees(const Tensor& x, const std::vector<double>& analytic) {
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

// The results as element number `element` of x moves by t.
LineSlope GradientComparison::along(const Tensor& x, std::int64_t element) const {
  std::int64_t at = 0;
  const Shape index = unravel_index(element, x.shape());
  for (int d = 0; d < x.dim(); ++d) at += index[d] * x.strides()[d];
  const auto line = [this, x, at](double t) {
    double& moved = x.mutable_data<double>()[at];
    const double before = moved;
    moved += t;
    std::vector<double> values = flat(f_());
    x.mutable_data<double>()[at] = before;
    return values;
  };
  return LineSlope(line, weights_);
}

// A quick difference for every element; those that disagree are measured again with care, the worst first.
// Where they are very many, and one of them is known to be wrong, the quick one must do for the others.
GradcheckResult GradientComparison::check_elements(std::size_t i, const Tensor& x,
                                                   const std::vector<double>& analytic) {
  const std::vector<double> at = x.to_vector<double>();
  std::vector<double> error(at.size()), numeric(at.size());
  const double largest = largest_finite(analytic);
  std::vector<std::size_t> suspects;
  for (std::size_t e = 0; e < at.size(); ++e) {
    numeric[e] = along(x, static_cast<std::int64_t>(e)).central(step_for(at[e]));
    error[e] = std::abs(numeric[e] - analytic[e]);
    if (!std::isfinite(error[e])) error[e] = std::numeric_limits<double>::infinity();
    if (!(error[e] <= bound(largest))) suspects.push_back(e);
  }
  std::stable_sort(suspects.begin(), suspects.end(),
                   [&](std::size_t a, std::size_t b) { return error[a] > error[b]; });
  std::vector<std::size_t> wrong;
  for (std::size_t s = 0; s < suspects.size(); ++s) {
    const std::size_t e = suspects[s];
    if (wrong.empty() || s < few) {
      // long steps where rounding is the trouble, short ones where the function bends sharply
      const double step = step_for(at[e]), short_step = short_step_for(at[e]);
      numeric[e] = along(x, static_cast<std::int64_t>(e))
                       .refined(16384 * step, std::min(1e-4 * step, 0.1 * short_step));
    }
    if (std::abs(numeric[e] - analytic[e]) <= bound(std::max(largest, std::abs(numeric[e])))) continue;
    wrong.push_back(e);
  }
  if (wrong.empty()) return GradcheckResult::passed();
  GradientEntries entries;
  entries.shape = x.shape();
  entries.analytic = analytic;
  entries.numeric = std::move(numeric);
  entries.wrong = std::move(wrong);
  entries.weights = weights_;
  entries.tolerance = bound(largest);
  entries.arrived = gradients_[i].defined();
  add_slopes(entries, x);
  const std::size_t worst = entries.wrong[0];
  const auto kink = along(x, static_cast<std::int64_t>(worst)).kink(short_step_for(at[worst]));
  return wrong_gradient(leaves_[i].name, options_.order, std::move(entries), kink);
}

// Of order 2 the results are gradients themselves, and what they are multiplied by is no rule's business.
void GradientComparison::add_slopes(GradientEntries& entries, const Tensor& x) const {
  if (options_.order == 2) return;
  entries.result_shape = results_[0].shape();
  const std::size_t numel = entries.numeric.size();
  if (weights_.size() == 1) {
    for (const double slope : entries.numeric) entries.slopes.push_back({slope / weights_[0]});
  } else if (numel <= few && weights_.size() <= most_results) {
    const std::vector<double> at = x.to_vector<double>();
    for (std::size_t e = 0; e < numel; ++e) {
      entries.slopes.push_back(along(x, static_cast<std::int64_t>(e)).central_of_each(step_for(at[e])));
    }
  }
}

}  // namespace xgrad
