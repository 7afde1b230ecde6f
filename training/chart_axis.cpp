#include <xgrad/training/chart_axis.hpp>

#include <cmath>

namespace xgrad::training {
namespace {

std::vector<double> log_ticks(double low, double high) {
  const int first = static_cast<int>(std::floor(std::log10(low))),
            last = static_cast<int>(std::ceil(std::log10(high)));
  const int every = std::max(1, (last - first) / 5);
  const bool has_few_powers = high < 60 * low;
  std::vector<double> ticks;
  for (int power = first; power <= last; ++power) {
    if ((power - first) % every != 0) continue;
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && !has_few_powers) break;
      const double tick = factor * std::pow(10.0, power);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

double Axis::operator()(double value) const {
  const double part = is_log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return begin + part * (end - begin);
}

std::vector<double> Axis::ticks(int count) const {
  if (is_log) return log_ticks(low, high);
  // The least of 1, 2, 5 · 10^k that gives at most `count` steps.
  const double rough = (high - low) / count, power = std::pow(10.0, std::floor(std::log10(rough)));
  const double step = power * (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10);
  std::vector<double> ticks;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; ++i)
    ticks.push_back(i * step + 0.0);  // −0 + 0 is 0
  return ticks;
}

}  // namespace xgrad::training
