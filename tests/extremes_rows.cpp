// Reductions, norms, softmaxes and losses of ±∞, NaN, the largest and the smallest numbers, in both dtypes:
// values and gradients from closed forms.
#include "steps_between.hpp"
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <xgrad/core/ops/cumsum.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

using V = Variable;
using List = std::vector<double>;

constexpr double infinity = INFINITY, nan = NAN;

struct Case {
  const char* name;
  std::function<Variable(const Variable&)> f;
  List x, y, dx;  // dx for dL/dy = 1, 2, 3, ...
  std::int64_t steps = 0;
};

Variable cross_entropy_of_0(const Variable& x) { return cross_entropy(x, full({}, 0)); }
Variable bce(const Variable& x, double target) {
  return binary_cross_entropy_with_logits(x, full(x.shape(), target, x.dtype()),
                                          {.reduction = Reduction::none});
}

std::vector<Case> cases_of(DType dtype) {
  const bool is_float32 = dtype == float32;
  const double max = is_float32 ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
  const double least =
      is_float32 ? std::numeric_limits<float>::denorm_min() : std::numeric_limits<double>::denorm_min();
  const auto sum_of = [](const V& x) { return sum(x); };
  const auto mean_of = [](const V& x) { return mean(x); };
  const auto max_of = [](const V& x) { return xgrad::max(x); };
  const auto max_along = [](const V& x) { return xgrad::max(x, 0).first; };
  const auto amax_of = [](const V& x) { return amax(x, {0}); };
  const auto amin_of = [](const V& x) { return amin(x, {0}); };
  const auto var_of = [](const V& x) { return var(x, {0}); };
  const auto std_of = [](const V& x) { return x.std({0}); };
  const auto norm_of = [](double p) { return [p](const V& x) { return norm(x, p); }; };
  const auto logsumexp_of = [](const V& x) { return logsumexp(x, {0}); };
  const auto logsumexp_of_all = [](const V& x) { return logsumexp(x.reshape({1, -1}), {0, 1}); };
  const auto softmax_of = [](const V& x) { return softmax(x, 0); };
  const auto log_softmax_of = [](const V& x) { return log_softmax(x, 0); };
  const auto layer_norm_of = [](const V& x) { return layer_norm(x); };
  const auto rms_norm_of = [](const V& x) { return rms_norm(x, {}, 4.0); };
  const auto bce_of = [](double t) { return [t](const V& x) { return bce(x, t); }; };
  const auto mse_of_0 = [](const V& x) { return mse_loss(x, zeros(x.shape(), x.dtype()), Reduction::sum); };
  const auto nll_of_0 = [](const V& x) { return nll_loss(x, full({}, 0)); };
  return {
      {"sum", sum_of, {infinity, 1}, {infinity}, {1, 1}},
      {"sum", sum_of, {infinity, -infinity}, {nan}, {1, 1}},
      {"sum", sum_of, {max, max}, {infinity}, {1, 1}},
      {"sum", sum_of, {least, least}, {2 * least}, {1, 1}},
      {"mean", mean_of, {infinity, 1}, {infinity}, {0.5, 0.5}},
      {"mean", mean_of, {3 * least, 3 * least}, {3 * least}, {0.5, 0.5}},
      {"cumsum",
       [](const V& x) { return cumsum(x, 0); },
       {1, infinity, -infinity},
       {1, infinity, nan},
       {6, 5, 3}},
      {"max", max_of, {nan, 1}, {nan}, {1, 0}},
      {"max", max_of, {infinity, infinity}, {infinity}, {0.5, 0.5}},
      {"max(0)", max_along, {1, nan}, {nan}, {0, 1}},
      {"max(0)", max_along, {infinity, infinity}, {infinity}, {1, 0}},  // the first of equals
      {"amax", amax_of, {-infinity, -max}, {-max}, {0, 1}},
      {"amax", amax_of, {-infinity, -infinity}, {-infinity}, {0.5, 0.5}},
      {"amax", amax_of, {nan, 1}, {nan}, {nan, nan}},  // as in PyTorch: which one is not known
      {"amin", amin_of, {infinity, max}, {max}, {0, 1}},
      {"amin", amin_of, {0.0, -0.0}, {0}, {0.5, 0.5}},
      {"var", var_of, {infinity, 1}, {nan}, {nan, nan}},
      {"var", var_of, {max / 4, max / 4, max / 4}, {0}, {0, 0, 0}},
      {"var", var_of, {nan, 1}, {nan}, {nan, nan}},
      {"std", std_of, {2, 2, 2}, {0}, {0, 0, 0}},  // a kink: 0 is chosen
      {"std", std_of, {infinity, 1}, {nan}, {nan, nan}},
      {"norm 0", norm_of(0), {infinity, 0, nan}, {2}, {0, 0, 0}},
      {"norm 1", norm_of(1), {-infinity, 1, 0}, {infinity}, {-1, 1, 0}},
      {"norm 1", norm_of(1), {least, -least}, {2 * least}, {1, -1}},
      {"norm 2", norm_of(2), {0, 0}, {0}, {0, 0}},  // a kink: 0 is chosen
      {"norm 2", norm_of(2), {infinity, 1}, {infinity}, {nan, 0}},
      {"norm 2", norm_of(2), {max, 0}, {max}, {1, 0}},
      {"norm 2", norm_of(2), {max / 8 * 3, -max / 2}, {max / 8 * 5}, {0.6, -0.8}, 1},
      {"norm 2", norm_of(2), {3 * least, 4 * least}, {5 * least}, {0.6, 0.8}},
      {"norm 2", norm_of(2), {nan, 1}, {nan}, {nan, nan}},
      {"norm 3", norm_of(3), {max / 2, 0}, {max / 2}, {1, 0}},
      {"norm 3", norm_of(3), {0, 4 * least}, {4 * least}, {0, 1}},
      {"norm inf", norm_of(infinity), {-infinity, 1}, {infinity}, {-1, 0}},
      {"norm inf", norm_of(infinity), {-max, max}, {max}, {-0.5, 0.5}},
      {"logsumexp", logsumexp_of, {-infinity, 2}, {2}, {0, 1}},
      {"logsumexp", logsumexp_of, {-infinity, -infinity}, {-infinity}, {nan, nan}},
      {"logsumexp", logsumexp_of, {infinity, 1}, {infinity}, {nan, nan}},  // not the limit 1 and 0
      {"logsumexp", logsumexp_of, {max, max}, {max}, {0.5, 0.5}},
      {"logsumexp", logsumexp_of, {1e8, 1e8, -1e8}, {1e8 + std::log(2.0)}, {0.5, 0.5, 0}, 1},
      {"logsumexp of all", logsumexp_of_all, {1e8, 1e8, -1e8}, {1e8 + std::log(2.0)}, {0.5, 0.5, 0}, 1},
      {"logsumexp",
       logsumexp_of,
       {1, -29},
       {1 + std::log1p(std::exp(-30.0))},
       {1 / (1 + std::exp(-30.0)), 1 / (1 + std::exp(30.0))},
       2},
      {"softmax", softmax_of, {-infinity, 2}, {0, 1}, {0, 0}},
      {"softmax", softmax_of, {-infinity, -infinity}, {nan, nan}, {nan, nan}},
      {"softmax", softmax_of, {infinity, 1}, {nan, nan}, {nan, nan}},  // not the limit 1 and 0
      {"softmax", softmax_of, {max, max}, {0.5, 0.5}, {-0.25, 0.25}},
      {"softmax", softmax_of, {max, -max}, {1, 0}, {0, 0}},
      {"softmax", softmax_of, {0, -80}, {1, std::exp(-80.0)}, {-std::exp(-80.0), std::exp(-80.0)}, 2},
      {"log_softmax", log_softmax_of, {-infinity, 2}, {-infinity, 0}, {1, -1}},
      {"log_softmax", log_softmax_of, {max, max / 2}, {0, -max / 2}, {-2, 2}},
      {"log_softmax",
       log_softmax_of,
       {30, 0},
       {-std::log1p(std::exp(-30.0)), -30 - std::log1p(std::exp(-30.0))},
       {1 - 3 / (1 + std::exp(-30.0)), 2 - 3 / (1 + std::exp(30.0))},
       2},
      {"log_softmax", log_softmax_of, {infinity, 1}, {nan, nan}, {nan, nan}},
      {"layer_norm", layer_norm_of, {2, 2}, {0, 0}, {-0.5 / std::sqrt(1e-5), 0.5 / std::sqrt(1e-5)}, 2},
      {"layer_norm", layer_norm_of, {infinity, 1}, {nan, nan}, {nan, nan}},
      {"rms_norm", rms_norm_of, {0, 0}, {0, 0}, {0.5, 1}},
      {"rms_norm", rms_norm_of, {nan, 1}, {nan, nan}, {nan, nan}},
      {"cross_entropy", cross_entropy_of_0, {0, -infinity}, {0}, {0, 0}},
      {"cross_entropy", cross_entropy_of_0, {-infinity, 0}, {infinity}, {-1, 1}},
      {"cross_entropy", cross_entropy_of_0, {max, -max}, {0}, {0, 0}},
      {"cross_entropy", cross_entropy_of_0, {-max / 2, max / 2}, {max}, {-1, 1}},
      {"cross_entropy", cross_entropy_of_0, {infinity, 0}, {nan}, {nan, nan}},  // not the limit 0
      {"cross_entropy",
       cross_entropy_of_0,
       {30, 0},
       {std::log1p(std::exp(-30.0))},
       {-1 / (1 + std::exp(30.0)), 1 / (1 + std::exp(30.0))},
       2},
      {"nll_loss", nll_of_0, {-infinity, 0}, {infinity}, {-1, 0}},
      {"bce", bce_of(0), {-infinity, infinity}, {0, infinity}, {0, 2}},
      {"bce", bce_of(1), {-infinity, infinity}, {infinity, 0}, {-1, 0}},
      {"bce", bce_of(1), {max, -max}, {0, max}, {0, -2}},
      {"bce", bce_of(1), {30}, {std::log1p(std::exp(-30.0))}, {-1 / (1 + std::exp(30.0))}, 2},
      {"mse_loss", mse_of_0, {infinity, 1}, {infinity}, {infinity, 2}},
      {"mse_loss", mse_of_0, {max, 1}, {infinity}, {infinity, 2}},
  };
}

template <class T>
void check_close(const std::string& what, const Tensor& ours, const List& exact, std::int64_t allowed) {
  const std::vector<T> values = ours.to_vector<T>();
  REQUIRE(values.size() == exact.size());
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const std::int64_t steps = steps_between(values[i], static_cast<T>(exact[i]));
    CHECK_MESSAGE(steps <= allowed, what, " at ", i, " is ", values[i], ", not ", exact[i], ": ", steps,
                  " steps off, allowed ", allowed);
  }
}

template <class T>
void check_cases() {
  for (const Case& one : cases_of(dtype_of<T>())) {
    const Tensor numbers = tensor(one.x).to(dtype_of<T>());
    const std::string what = std::string(one.name) + " in " + std::string(name(dtype_of<T>()));
    INFO(numbers);
    const Variable x(numbers, true), y = one.f(x);
    check_close<T>(what, y.value(), one.y, one.steps);
    const Tensor g = arange(1, static_cast<double>(y.numel()) + 1, 1, dtype_of<T>()).reshape(y.shape());
    for (const bool create_graph : {true, false}) {
      CAPTURE(create_graph);
      const Variable dx = grad({y}, {x}, {.grad_outputs = {g}, .create_graph = create_graph})[0];
      check_close<T>(what + ": the gradient", dx.value(), one.dx, one.steps);
    }
  }
}

}  // namespace

TEST_CASE("extremes: reductions, norms, softmaxes and losses in float32") { check_cases<float>(); }
TEST_CASE("extremes: reductions, norms, softmaxes and losses in float64") { check_cases<double>(); }
