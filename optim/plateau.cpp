#include <xgrad/optim/plateau.hpp>

#include <algorithm>
#include <limits>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>
#include <xgrad/optim/group_options.hpp>

namespace xgrad::optim {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, const PlateauOptions& o)
    : optimizer_(optimizer), options_(o), best_(std::numeric_limits<double>::infinity()) {
  constexpr std::string_view op = "ReduceLROnPlateau";
  if (o.mode == PlateauOptions::Mode::max) best_ = -best_;
  if (!(o.factor >= 0 && o.factor < 1)) fail(op, "factor must lie in [0, 1), got ", o.factor);
  check_option(op, "threshold", o.threshold);
  check_option(op, "min_lr", o.min_lr);
  check_option(op, "eps", o.eps);
  if (o.patience < 0 || o.cooldown < 0)
    fail(op, "patience and cooldown must not be negative, got ", o.patience, " and ", o.cooldown);
}

bool ReduceLROnPlateau::is_better(double metric) const {
  const bool is_relative = options_.threshold_mode == PlateauOptions::Threshold::rel;
  const double t = options_.threshold;
  if (options_.mode == PlateauOptions::Mode::min) return metric < (is_relative ? best_ * (1 - t) : best_ - t);
  return metric > (is_relative ? best_ * (1 + t) : best_ + t);
}

void ReduceLROnPlateau::reduce() const {
  for (std::size_t g = 0; g < optimizer_.param_groups().size(); ++g) {
    const double before = *optimizer_.param_groups()[g].lr;
    const double after = std::max(before * options_.factor, options_.min_lr);
    if (before - after > options_.eps) optimizer_.set_option("lr", after, g);
  }
}

void ReduceLROnPlateau::step(double metric) {
  if (is_better(metric)) {
    best_ = metric;
    bad_ = 0;
  } else {
    ++bad_;
  }
  if (cooling_ > 0) {
    --cooling_;
    bad_ = 0;
  }
  if (bad_ <= options_.patience) return;
  reduce();
  cooling_ = options_.cooldown;
  bad_ = 0;
}

std::vector<double> ReduceLROnPlateau::get_last_lr() const {
  std::vector<double> rates;
  for (const ParameterGroup& group : optimizer_.param_groups()) rates.push_back(*group.lr);
  return rates;
}

NamedTensors ReduceLROnPlateau::state_dict() const {
  return {{"best", tensor(best_, float64)},
          {"num_bad_epochs", tensor(bad_, int64)},
          {"cooldown_counter", tensor(cooling_, int64)}};
}

void ReduceLROnPlateau::load_state_dict(const NamedTensors& state) {
  StateReader reader(state);
  const double best = reader.number("best");
  const std::int64_t bad = reader.integer("num_bad_epochs"), cooling = reader.integer("cooldown_counter");
  if (bad < 0) reader.problem("num_bad_epochs is negative");
  if (cooling < 0) reader.problem("cooldown_counter is negative");
  reader.finish("the state does not fit a ReduceLROnPlateau");
  best_ = best;
  bad_ = bad;
  cooling_ = cooling;
}

}  // namespace xgrad::optim
