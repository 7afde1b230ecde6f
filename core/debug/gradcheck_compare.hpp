#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <xgrad/core/debug/finite_differences.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/gradcheck_cause.hpp>
#include <xgrad/core/tensor/generator.hpp>

namespace xgrad {

/// The index of the first NaN or infinity.
std::optional<Shape> first_not_finite(const Tensor& x);

/// Numbers of size 0.5 to 1.5 with random signs, the first of them negative: no rule passes that forgets g or
/// its sign.
Tensor random_weights(const Shape& shape, Generator& random);

/// Compares d(results)/d(leaves) from the tape with differences of the results; all of them float64.
class GradientComparison {
 public:
  using Function = std::function<std::vector<Variable>()>;

  GradientComparison(Function f, const std::vector<NamedVariable>& leaves, const GradcheckOptions& options,
                     Generator& random)
      : f_(std::move(f)), leaves_(leaves), options_(options), random_(random) {}

  GradcheckResult run();

 private:
  bool repeats(int times);
  void choose_weights();
  void differentiate();
  GradcheckResult check_leaf(std::size_t i);
  bool projection_agrees(const Tensor& x, const std::vector<double>& analytic);
  GradcheckResult check_elements(std::size_t i, const Tensor& x, const std::vector<double>& analytic);
  void add_slopes(GradientEntries& entries, const Tensor& x) const;

  LineSlope along(const Tensor& x, std::int64_t element) const;
  double bound(double largest) const;
  double step_for(double magnitude) const;
  double short_step_for(double magnitude) const;

  Function f_;
  const std::vector<NamedVariable>& leaves_;
  GradcheckOptions options_;
  Generator& random_;
  std::vector<Variable> results_;
  std::vector<double> values_;  // of all results, one after the other
  std::vector<Variable> grad_outputs_;
  std::vector<double> weights_;  // the same numbers, like values_
  std::vector<Variable> gradients_;
};

}  // namespace xgrad
