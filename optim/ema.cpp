#include <xgrad/optim/ema.hpp>

#include <algorithm>

#include <xgrad/core/base/error.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/state_reader.hpp>
#include <xgrad/optim/parameters.hpp>

namespace xgrad::optim {

EMA::EMA(std::vector<Variable> parameters, const EMAOptions& options)
    : parameters_(std::move(parameters)), options_(options) {
  if (!(options.decay >= 0 && options.decay < 1))
    fail("EMA", "decay must lie in [0, 1), got ", options.decay);
  if (parameters_.empty()) fail("EMA", "there are no parameters to average");
  check_parameters("EMA", parameters_);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& p = parameters_[i];
    if (!p.is_leaf()) fail("EMA", "parameter ", i, " is the result of an op, not a leaf");
    if (!is_floating(p.dtype())) fail("EMA", "parameter ", i, " must be floating, not ", p.dtype());
    averages_.push_back(p.value().clone());
  }
}

void EMA::check_fits() const {
  if (is_swapped_) fail_state("EMA", "the parameters have the averages' values until the guard's end");
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Variable& p = parameters_[i];
    const Tensor& average = averages_[i];
    if (p.shape() != average.shape() || p.dtype() != average.dtype()) {
      fail_state("EMA", "parameter ", i, " is now ", p.dtype(), " of shape ", p.shape(), ", and its average ",
                 average.dtype(), " of shape ", average.shape(), "; make a new EMA for it");
    }
  }
}

void EMA::update() {
  check_fits();
  const auto n = static_cast<double>(updates_);
  const double decay = options_.warmup ? std::min(options_.decay, (1 + n) / (10 + n)) : options_.decay;
  // Not decay · average + (1 − decay) · p, which moves a float32 average by the decay's rounding error / (1 −
  // decay): at a decay of 0.9999, by 2e-4 of its value.
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    averages_[i].add_((parameters_[i].value() - averages_[i]).value(), 1 - decay);
  ++updates_;
}

NamedTensors EMA::state_dict() const {
  NamedTensors state = {{"num_updates", tensor(updates_, int64)}};
  for (std::size_t i = 0; i < averages_.size(); ++i)
    state.emplace_back("averages." + std::to_string(i), averages_[i]);
  return state;
}

void EMA::load_state_dict(const NamedTensors& state) {
  if (is_swapped_)
    fail_state("load_state_dict", "the parameters have the averages' values until the guard's end");
  StateReader reader(state);
  const std::int64_t updates = reader.integer("num_updates");
  if (updates < 0) reader.problem("num_updates is negative");
  std::vector<Tensor> averages;
  for (std::size_t i = 0; i < averages_.size(); ++i)
    averages.push_back(
        reader.tensor("averages." + std::to_string(i), averages_[i].shape(), averages_[i].dtype()));
  reader.finish("the state does not fit an EMA");
  updates_ = updates;
  averages_ = std::move(averages);
}

EMA::Guard::Guard(EMA& ema) : ema_(ema) {
  ema.check_fits();
  for (const Variable& p : ema.parameters_) values_.push_back(p.value());
  for (std::size_t i = 0; i < values_.size(); ++i) ema.parameters_[i].set_value(ema.averages_[i]);
  ema.is_swapped_ = true;
}

EMA::Guard::~Guard() {
  for (std::size_t i = 0; i < values_.size(); ++i) ema_.parameters_[i].set_value(std::move(values_[i]));
  ema_.is_swapped_ = false;
}

}  // namespace xgrad::optim
