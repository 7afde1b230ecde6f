#include "judge.hpp"

#include STUDENT

namespace {

Variable with_gradient(const Tensor& gradient) {
  const Variable p(ones_like(gradient), /*requires_grad=*/true);
  p.set_grad(gradient.clone());
  return p;
}

/// What is wrong with the returned norm.
std::string norm_problem(double yours, double ours) {
  if (std::abs(yours - ours) <= 1e-6 * ours) return {};
  std::ostringstream text;
  text << "it must return " << ours << ", yours returns " << yours;
  return text.str();
}

/// What is wrong with the gradients after a call.
std::string gradient_problem(const std::vector<Variable>& parameters, const std::vector<Tensor>& ours,
                             double tolerance = 1e-5) {
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::string wrong = Judge::difference(parameters[i].grad(), ours[i], tolerance);
    if (!wrong.empty()) return "gradient " + std::to_string(i) + ": " + wrong;
  }
  return {};
}

}  // namespace

void checks(Judge& judge) {
  judge.that("returns the norm", []() -> std::string {
    for (const double max_norm : {10.0, 1.0}) {
      const std::vector<Variable> p{with_gradient(tensor({3.0})), with_gradient(tensor({0.0, -4.0}))};
      const std::string wrong = norm_problem(clip_gradients(p, max_norm), 5);
      if (!wrong.empty()) return wrong;
    }
    return {};
  });
  judge.that("joint norm", []() -> std::string {
    const std::vector<Variable> p{with_gradient(tensor({3.0})), with_gradient(tensor({0.0, 4.0}))};
    clip_gradients(p, 1);
    return gradient_problem(p, {tensor({0.6}), tensor({0.0, 0.8})});
  });
  judge.that("as the library", []() -> std::string {
    const std::vector<Tensor> gradients{randn({3, 4}), randn({5}), randn({2, 1, 3})};
    std::vector<Variable> yours, ours;
    for (const Tensor& g : gradients) yours.push_back(with_gradient(g)), ours.push_back(with_gradient(g));
    clip_gradients(yours, 0.5);
    optim::clip_grad_norm_(ours, 0.5);
    return gradient_problem(yours, {ours[0].grad(), ours[1].grad(), ours[2].grad()});
  });
  judge.that("short gradients stay", []() -> std::string {
    const std::vector<Tensor> gradients{tensor({3.0}), tensor({0.0, 4.0})};
    const std::vector<Variable> p{with_gradient(gradients[0]), with_gradient(gradients[1])};
    clip_gradients(p, 5.5);
    return gradient_problem(p, gradients, 0);
  });
  judge.that("zeros", []() -> std::string {
    const std::vector<Variable> p{with_gradient(tensor({0.0, 0.0}))};
    for (const double max_norm : {1.0, 0.0}) {
      const std::string wrong = norm_problem(clip_gradients(p, max_norm), 0);
      if (!wrong.empty()) return wrong;
    }
    const std::string wrong = gradient_problem(p, {tensor({0.0, 0.0})}, 0);
    if (!wrong.empty()) return wrong;
    const std::vector<Variable> q{with_gradient(tensor({3.0, 4.0}))};
    clip_gradients(q, 0);
    const std::string left = gradient_problem(q, {tensor({0.0, 0.0})}, 0);
    return left.empty() ? "" : "max_norm = 0: " + left;
  });
  judge.that("no gradient", []() -> std::string {
    const Variable without(tensor({7.0}), true), p = with_gradient(tensor({6.0, 8.0}));
    const std::string wrong = norm_problem(clip_gradients({without, p}, 5), 10);
    if (!wrong.empty()) return wrong;
    if (without.has_grad()) return "the parameter without a gradient has one now";
    return gradient_problem({p}, {tensor({3.0, 4.0})});
  });
  judge.that("large gradients", []() -> std::string {
    const std::vector<Variable> p{with_gradient(tensor({3e30})), with_gradient(tensor({4e30}))};
    const std::string wrong = norm_problem(clip_gradients(p, 1), 5e30);
    return wrong.empty() ? gradient_problem(p, {tensor({0.6}), tensor({0.8})}) : wrong;
  });
  judge.that("not finite", []() -> std::string {
    for (const double bad : {std::numeric_limits<double>::infinity(), std::nan("")}) {
      const std::vector<Tensor> gradients{tensor({3.0}), tensor({bad, 1.0})};
      const std::vector<Variable> p{with_gradient(gradients[0]), with_gradient(gradients[1])};
      const std::string name = std::isnan(bad) ? "NaN" : "an infinite number";
      const std::string refused =
          Judge::accepted<std::runtime_error>([&] { clip_gradients(p, 1); }, name + " in a gradient");
      if (!refused.empty()) return refused;
      const std::string wrong = gradient_problem(p, gradients, 0);
      if (!wrong.empty()) return "with " + name + " in another gradient, nothing may change; " + wrong;
    }
    return {};
  });
  const std::vector<Variable> p{with_gradient(ones({1 << 17})), with_gradient(ones({1 << 17}))};
  judge.speed(
      "262,144 numbers in two gradients", [&] { clip_gradients(p, 1); },
      [&] { optim::clip_grad_norm_(p, 1); });
}
