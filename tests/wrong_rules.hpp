#pragma once

// x² under rules that are wrong in a known way.

#include <functional>
#include <vector>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

namespace xgrad {

using Function = std::function<Variable(const Variable&)>;

/// x² with this rule: from g and x to dx.
inline Function square_with(std::function<Variable(const Variable&, const Variable&)> rule) {
  return [rule](const Variable& x) {
    return record("square", (x.detach() * x.detach()).value(), {x}, {x},
                  [rule](const Replay& r) -> Gradients { return {rule(r.grad(), r.saved(0))}; });
  };
}
inline Function summed(const Function& f) {
  return [f](const Variable& x) { return sum(f(x)); };
}

/// x² with a gradient that is wrong by a factor.
inline Function square_off_by(double factor) {
  return square_with([factor](const Variable& g, const Variable& x) { return g * x * (2 * factor); });
}
/// x² with a rule that is wrong at these entries.
inline Function square_wrong_at(std::vector<std::int64_t> entries) {
  return square_with([entries](const Variable& g, const Variable& x) {
    const Tensor factor = full({x.numel()}, 2.0);
    for (const std::int64_t e : entries) factor.at({e}) = 3;
    return g * x * factor.reshape(x.shape());
  });
}

inline const Variable matrix(tensor({{1.0, 2.0}, {3.0, -5.0}}));

}  // namespace xgrad
