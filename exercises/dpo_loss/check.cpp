#include "judge.hpp"

#include STUDENT

namespace {

Variable loss_of_margin(const Variable& margin) {  // with beta = 1 and everything else 0
  const Tensor zero = zeros_like(margin);
  return dpo_loss(margin, zero, zero, zero, 1);
}

}  // namespace

void checks(Judge& judge) {
  judge.values(
      "values", [] { return dpo_loss(tensor({-1.0}), tensor({-4.0}), tensor({-2.0}), tensor({-3.0}), 0.5); },
      tensor(std::log1p(std::exp(-1.0))), 1e-6);
  judge.values(
      "policy = reference",
      [] {
        const Tensor chosen = randn({5}), rejected = randn({5});
        return dpo_loss(chosen, rejected, chosen, rejected, 0.1);
      },
      tensor(std::log(2.0)), 1e-6);
  judge.that("mean of a batch", [] {
    const Tensor pc = randn({6}, float64), pr = randn({6}, float64), rc = randn({6}, float64),
                 rr = randn({6}, float64);
    double sum = 0;
    for (std::int64_t n = 0; n < 6; ++n) {
      const double margin = 0.3 * ((pc.at({n}) - rc.at({n})) - (pr.at({n}) - rr.at({n})));
      sum += std::log1p(std::exp(-margin));
    }
    Judge::must_equal(dpo_loss(pc, pr, rc, rr, 0.3), tensor(sum / 6, float64), 1e-12);
  });
  judge.that("gradient of the policy", [] {
    const Variable chosen(tensor({-1.0, -2.0}), true), rejected(tensor({-4.0, -2.0}), true);
    dpo_loss(chosen, rejected, tensor({-2.0, -2.0}), tensor({-3.0, -2.0}), 0.5)
        .backward();  // margins 1 and 0
    const Tensor expected = tensor({-0.25 / (1 + std::exp(1.0)), -0.125});
    Judge::must_equal(chosen.grad(), expected, 1e-6, "of policy_chosen");
    Judge::must_equal(rejected.grad(), (-expected).value(), 1e-6, "of policy_rejected");
  });
  judge.gradients("gradients",
                  [](const Variable& chosen, const Variable& rejected) {
                    const Tensor reference = zeros_like(chosen);
                    return dpo_loss(chosen, rejected, reference, reference, 0.7);
                  },
                  {randn({4}), randn({4})});
  judge.that("reference", [] {
    const Variable policy(randn({3}), true), chosen(randn({3}), true), rejected(randn({3}), true);
    dpo_loss(policy, zeros({3}), chosen, rejected, 1).backward();
    Judge::must(!chosen.has_grad(), "reference_chosen gets a gradient");
    Judge::must(!rejected.has_grad(), "reference_rejected gets a gradient");
  });
  judge.that("large margins", [] {
    for (const double margin : {-1000.0, 1000.0}) {
      const Variable m(tensor({margin}), true);
      const Variable loss = loss_of_margin(m);
      loss.backward();
      const std::string where = margin < 0 ? "m = -1000" : "m = 1000";
      Judge::must_equal(loss, tensor(margin < 0 ? 1000.0 : 0.0), 1e-6, where);
      Judge::must_equal(m.grad(), tensor({margin < 0 ? -1.0 : 0.0}), 1e-6, where, ", the gradient");
    }
  });
  judge.that("shapes", [] {
    const Tensor two = zeros({2});
    for (const Shape& shape : {Shape{1}, Shape{3}, Shape{}, Shape{2, 1}}) {
      for (int i = 0; i < 4; ++i) {
        std::vector<Tensor> x(4, two);
        x[static_cast<std::size_t>(i)] = zeros(shape);
        Judge::must_throw<std::invalid_argument>(
            [&] { dpo_loss(x[0], x[1], x[2], x[3], 1); },
            Judge::text("argument ", i, " of shape ", shape, " beside others of shape (2,)"));
      }
    }
    const Tensor square = zeros({2, 2});
    Judge::must_throw<std::invalid_argument>([&] { dpo_loss(square, square, square, square, 1); },
                                             "four arguments of shape (2, 2)");
  });
}
