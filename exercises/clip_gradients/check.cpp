#include "judge.hpp"

#include STUDENT

namespace {

Variable with_gradient(const Tensor& gradient) {
  const Variable p(ones_like(gradient), /*requires_grad=*/true);
  p.set_grad(gradient.clone());
  return p;
}

void compare_norm(double yours, double ours) {
  Judge::must(std::abs(yours - ours) <= 1e-6 * ours, "it must return ", ours, ", yours returns ", yours);
}

void compare_gradients(const std::vector<Variable>& parameters, const std::vector<Tensor>& ours,
                       double tolerance = 1e-5, const std::string& where = "") {
  for (std::size_t i = 0; i < parameters.size(); ++i)
    Judge::must_equal(parameters[i].grad(), ours[i], tolerance, where, "gradient ", i);
}

}  // namespace

void checks(Judge& judge) {
  judge.that("returns the norm", [] {
    for (const double max_norm : {10.0, 1.0}) {
      const std::vector<Variable> p{with_gradient(tensor({3.0})), with_gradient(tensor({0.0, -4.0}))};
      compare_norm(clip_gradients(p, max_norm), 5);
    }
  });
  judge.that("joint norm", [] {
    const std::vector<Variable> p{with_gradient(tensor({3.0})), with_gradient(tensor({0.0, 4.0}))};
    clip_gradients(p, 1);
    compare_gradients(p, {tensor({0.6}), tensor({0.0, 0.8})});
  });
  judge.that("as the library", [] {
    const std::vector<Tensor> gradients{randn({3, 4}), randn({5}), randn({2, 1, 3})};
    std::vector<Variable> yours, ours;
    for (const Tensor& g : gradients) yours.push_back(with_gradient(g)), ours.push_back(with_gradient(g));
    clip_gradients(yours, 0.5);
    optim::clip_grad_norm_(ours, 0.5);
    compare_gradients(yours, {ours[0].grad(), ours[1].grad(), ours[2].grad()});
  });
  judge.that("short gradients stay", [] {
    const std::vector<Tensor> gradients{tensor({3.0}), tensor({0.0, 4.0})};
    const std::vector<Variable> p{with_gradient(gradients[0]), with_gradient(gradients[1])};
    clip_gradients(p, 5.5);
    compare_gradients(p, gradients, 0);
  });
  judge.that("zeros", [] {
    const std::vector<Variable> p{with_gradient(tensor({0.0, 0.0}))};
    for (const double max_norm : {1.0, 0.0}) {
      compare_norm(clip_gradients(p, max_norm), 0);
    }
    compare_gradients(p, {tensor({0.0, 0.0})}, 0);
    const std::vector<Variable> q{with_gradient(tensor({3.0, 4.0}))};
    clip_gradients(q, 0);
    compare_gradients(q, {tensor({0.0, 0.0})}, 0, "max_norm = 0: ");
  });
  judge.that("no gradient", [] {
    const Variable without(tensor({7.0}), true), p = with_gradient(tensor({6.0, 8.0}));
    compare_norm(clip_gradients({without, p}, 5), 10);
    Judge::must(!without.has_grad(), "the parameter without a gradient has one now");
    compare_gradients({p}, {tensor({3.0, 4.0})});
  });
  judge.that("large gradients", [] {
    const std::vector<Variable> p{with_gradient(tensor({3e30})), with_gradient(tensor({4e30}))};
    compare_norm(clip_gradients(p, 1), 5e30);
    compare_gradients(p, {tensor({0.6}), tensor({0.8})});
  });
  judge.that("not finite", [] {
    for (const double bad : {std::numeric_limits<double>::infinity(), std::nan("")}) {
      const std::vector<Tensor> gradients{tensor({3.0}), tensor({bad, 1.0})};
      const std::vector<Variable> p{with_gradient(gradients[0]), with_gradient(gradients[1])};
      const std::string name = std::isnan(bad) ? "NaN" : "an infinite number";
      Judge::must_throw<std::runtime_error>([&] { clip_gradients(p, 1); }, name + " in a gradient");
      compare_gradients(p, gradients, 0, "with " + name + " in another gradient, nothing may change; ");
    }
  });
  const std::vector<Variable> p{with_gradient(ones({1 << 17})), with_gradient(ones({1 << 17}))};
  judge.speed(
      "262,144 numbers in two gradients", [&] { clip_gradients(p, 1); },
      [&] { optim::clip_grad_norm_(p, 1); });
}
