#include "judge.hpp"

#include STUDENT

namespace {

struct Plan {
  double peak;
  std::int64_t warmup, total;
  double least;
};

void compare_rate(const Plan& p, std::int64_t step, double ours) {
  const double yours = warmup_cosine(step, p.peak, p.warmup, p.total, p.least);
  Judge::must(std::abs(yours - ours) <= 1e-6 * p.peak, "peak ", p.peak, ", warmup ", p.warmup, ", total ",
              p.total, ", least ", p.least, ": in step ", step, " the rate must be ", ours, ", yours is ",
              yours);
}

void compare_rates(const Plan& plan, const std::vector<std::pair<std::int64_t, double>>& rates) {
  for (const auto& [step, rate] : rates) {
    compare_rate(plan, step, rate);
  }
}

}  // namespace

void checks(Judge& judge) {
  const Plan plan{0.8, 4, 12, 0.2};
  judge.that("first step", [&] { compare_rate(plan, 0, 0.2); });
  judge.that("warm-up", [&] { compare_rates(plan, {{1, 0.4}, {2, 0.6}, {3, 0.8}}); });
  judge.that("cosine", [&] {
    const double half_root = std::sqrt(2) / 2;  // cos(π/4)
    compare_rates(plan, {{4, 0.8}, {6, 0.5 + 0.3 * half_root}, {8, 0.5}, {10, 0.5 - 0.3 * half_root}});
  });
  judge.that("after the end", [&] { compare_rates(plan, {{12, 0.2}, {13, 0.2}, {20, 0.2}, {1000, 0.2}}); });
  judge.that("no warm-up", [] { compare_rates({1, 0, 2, 0}, {{0, 1}, {1, 0.5}, {2, 0}}); });
  judge.that("warm-up only", [] { compare_rates({1, 2, 2, 0.1}, {{0, 0.5}, {1, 1}, {2, 0.1}, {3, 0.1}}); });
  judge.that("no steps", [] { compare_rates({1, 0, 0, 0.1}, {{0, 0.1}, {1, 0.1}}); });
  judge.that("as the library", [] {
    const Plan p{3e-4, 100, 1000, 3e-5};
    optim::SGD optimizer({Variable(zeros({1}), true)}, {.lr = p.peak});
    const optim::WarmupCosine schedule(optimizer, {.warmup = p.warmup, .total = p.total, .min_lr = p.least});
    for (std::int64_t step = 0; step < 1100; ++step) {
      schedule.apply(step);
      compare_rate(p, step, optimizer.lr());
    }
  });
}
