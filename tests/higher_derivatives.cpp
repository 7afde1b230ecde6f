// Derivatives up to the fourth, each the gradient of the previous one, against mpmath
// (golden/make_derivatives.py) and at the special points of each op.
#include "support.hpp"

#include <cmath>
#include <functional>
#include <limits>

#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/cat.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/max.hpp>
#include <xgrad/core/ops/normalization.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/prod.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/rounding.hpp>
#include <xgrad/core/ops/scatter.hpp>
#include <xgrad/core/ops/softmax.hpp>
#include <xgrad/core/ops/sort.hpp>
#include <xgrad/core/ops/trigonometry.hpp>
#include <xgrad/core/ops/vector_norm.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

using V = Variable;
using Function = std::function<Variable(const Variable&)>;

// {f, f', f'', f''', f''''} at x.
std::vector<double> derivatives(const Function& f, double number) {
  const Variable x(tensor(number, float64), true);
  Variable y = f(x);
  std::vector<double> all{y.item<double>()};
  for (int order = 1; order <= 4; ++order) {
    y = grad({y}, {x}, {.create_graph = true})[0];
    all.push_back(y.item<double>());
  }
  return all;
}

Variable numbers(const std::vector<double>& list) { return tensor(list); }

// (x, −1, 2)
Variable row(const Variable& x) { return cat({reshape(x, {1}), numbers({-1, 2})}, 0); }

// max(x, 2)
Variable largest_of_two(const Variable& x) {
  return scatter_reduce(numbers({2}), 0, tensor({0}), reshape(x, {1}), ScatterReduce::amax).reshape({});
}

struct Row {
  const char* name;
  Function f;
};

const Row smooth[] = {
    {"exp", [](const V& x) { return exp(x); }},
    {"log", [](const V& x) { return log(x); }},
    {"log1p", [](const V& x) { return log1p(x); }},
    {"sqrt", [](const V& x) { return sqrt(x); }},
    {"rsqrt", [](const V& x) { return rsqrt(x); }},
    {"sin", [](const V& x) { return sin(x); }},
    {"cos", [](const V& x) { return cos(x); }},
    {"tanh", [](const V& x) { return tanh(x); }},
    {"erf", [](const V& x) { return erf(x); }},
    {"erfc", [](const V& x) { return erfc(x); }},
    {"exp2", [](const V& x) { return exp2(x); }},
    {"expm1", [](const V& x) { return expm1(x); }},
    {"log2", [](const V& x) { return log2(x); }},
    {"log10", [](const V& x) { return log10(x); }},
    {"tan", [](const V& x) { return tan(x); }},
    {"asin", [](const V& x) { return asin(x); }},
    {"acos", [](const V& x) { return acos(x); }},
    {"atan", [](const V& x) { return atan(x); }},
    {"sinh", [](const V& x) { return sinh(x); }},
    {"cosh", [](const V& x) { return cosh(x); }},
    {"asinh", [](const V& x) { return asinh(x); }},
    {"acosh", [](const V& x) { return acosh(x); }},
    {"atanh", [](const V& x) { return atanh(x); }},
    {"atan2_y", [](const V& x) { return atan2(x, full({}, -1.5, float64)); }},
    {"atan2_x", [](const V& x) { return atan2(full({}, 1.5, float64), x); }},
    {"sigmoid", [](const V& x) { return sigmoid(x); }},
    {"silu", [](const V& x) { return silu(x); }},
    {"softplus", [](const V& x) { return softplus(x); }},
    {"gelu", [](const V& x) { return gelu(x); }},
    {"gelu_tanh", [](const V& x) { return gelu(x, Gelu::tanh); }},
    {"pow_0.5", [](const V& x) { return pow(x, 0.5); }},
    {"pow_2.5", [](const V& x) { return pow(x, 2.5); }},
    {"pow_-1", [](const V& x) { return pow(x, -1); }},
    {"pow_3", [](const V& x) { return pow(x, 3); }},
    {"pow_4", [](const V& x) { return pow(x, 4); }},
    {"pow_5", [](const V& x) { return pow(x, 5); }},
    {"pow_x", [](const V& x) { return pow(numbers({1.5}), reshape(x, {1})); }},
    {"x_pow_x", [](const V& x) { return pow(x, x); }},
    {"div", [](const V& x) { return (x + 1) / (x * x + 2); }},
    {"norm_2", [](const V& x) { return norm(row(x), 2); }},
    {"norm_4", [](const V& x) { return norm(row(x), 4); }},
    {"norm_2.5", [](const V& x) { return norm(row(x), 2.5); }},
    {"logsumexp", [](const V& x) { return logsumexp(row(x), {0}); }},
    {"softmax", [](const V& x) { return select(softmax(row(x), 0), 0, 0); }},
    {"log_softmax", [](const V& x) { return select(log_softmax(row(x), 0), 0, 0); }},
    {"std", [](const V& x) { return row(x).std({0}); }},
    {"layer_norm", [](const V& x) { return select(layer_norm(row(x), {}, {}, 0.1), 0, 0); }},
    {"rms_norm", [](const V& x) { return select(rms_norm(row(x), {}, 0.1), 0, 0); }},
};

struct Point {
  const char* name;
  Function f;
  double x;
  std::vector<double> expected;
};

// Powers with a number and with a Tensor as exponent.
Function power(double p) {
  return [p](const V& x) { return pow(x, p); };
}
Function tensor_power(double p) {
  return [p](const V& x) { return pow(x, numbers({p}).select(0, 0)); };
}

constexpr double infinity = std::numeric_limits<double>::infinity();

// Ops that choose, or have a constant slope: their next derivative is 0, and not missing.
const Point special[] = {
    {"pow 0", power(0), 0, {1, 0, 0, 0, 0}},
    {"pow 0", power(0), 3, {1, 0, 0, 0, 0}},
    {"pow 0", power(0), infinity, {1, 0, 0, 0, 0}},
    {"pow 1", power(1), 0, {0, 1, 0, 0, 0}},
    {"pow 1", power(1), -2, {-2, 1, 0, 0, 0}},
    {"pow 2", power(2), 0, {0, 0, 2, 0, 0}},
    {"pow 2", power(2), -3, {9, -6, 2, 0, 0}},
    {"pow 3", power(3), 0, {0, 0, 0, 6, 0}},
    {"pow [0]", tensor_power(0), 0, {1, 0, 0, 0, 0}},
    {"pow [0]", tensor_power(0), 3, {1, 0, 0, 0, 0}},
    {"pow [0]", tensor_power(0), 1e-310, {1, 0, 0, 0, 0}},
    {"pow [0]", tensor_power(0), NAN, {1, 0, 0, 0, 0}},
    {"pow [1]", tensor_power(1), 0, {0, 1, 0, 0, 0}},
    {"pow [2]", tensor_power(2), 0, {0, 0, 2, 0, 0}},
    {"pow [2]", tensor_power(2), -3, {9, -6, 2, 0, 0}},
    {"pow [3]", tensor_power(3), 0, {0, 0, 0, 6, 0}},
    {"0 to the x", [](const V& x) { return pow(zeros({}, float64), x); }, 2, {0, 0, 0, 0, 0}},
    {"prod", [](const V& x) { return prod(expand(x, {4})); }, 0, {0, 0, 0, 0, 24}},
    {"prod", [](const V& x) { return prod(expand(x, {4})); }, 2, {16, 32, 48, 48, 24}},
    {"cumprod", [](const V& x) { return select(cumprod(expand(x, {4}), 0), 0, 3); }, 0, {0, 0, 0, 0, 24}},
    {"cumprod", [](const V& x) { return select(cumprod(expand(x, {4}), 0), 0, 3); }, 2, {16, 32, 48, 48, 24}},
    {"relu", [](const V& x) { return relu(x); }, -1, {0, 0, 0, 0, 0}},
    {"relu", [](const V& x) { return relu(x); }, 0, {0, 0, 0, 0, 0}},
    {"relu", [](const V& x) { return relu(x); }, 2, {2, 1, 0, 0, 0}},
    {"relu of a square", [](const V& x) { return relu(pow(x, 2)); }, 2, {4, 4, 2, 0, 0}},
    {"abs", [](const V& x) { return abs(x); }, -2, {2, -1, 0, 0, 0}},
    {"abs", [](const V& x) { return abs(x); }, 0, {0, 0, 0, 0, 0}},
    {"clamp", [](const V& x) { return clamp(x, -1, 1); }, 0.5, {0.5, 1, 0, 0, 0}},
    {"clamp", [](const V& x) { return clamp(x, -1, 1); }, 1, {1, 1, 0, 0, 0}},
    {"clamp", [](const V& x) { return clamp(x, -1, 1); }, 2, {1, 0, 0, 0, 0}},
    {"softplus", [](const V& x) { return softplus(x); }, 30, {30, 1, 0, 0, 0}},
    {"floor", [](const V& x) { return floor(x); }, 2.5, {2, 0, 0, 0, 0}},
    {"round", [](const V& x) { return round(x); }, 2.5, {2, 0, 0, 0, 0}},
    {"floor_divide", [](const V& x) { return floor_divide(x, 2); }, 3, {1, 0, 0, 0, 0}},
    {"remainder", [](const V& x) { return remainder(x, 2); }, -3.5, {0.5, 1, 0, 0, 0}},
    {"fmod by x", [](const V& x) { return fmod(tensor(7, float64), x); }, 3, {1, -2, 0, 0, 0}},
    {"maximum", [](const V& x) { return maximum(x, zeros({}, float64)); }, 2, {2, 1, 0, 0, 0}},
    {"maximum", [](const V& x) { return maximum(x, zeros({}, float64)); }, 0, {0, 0.5, 0, 0, 0}},
    {"maximum of x", [](const V& x) { return maximum(x, x); }, 3, {3, 1, 0, 0, 0}},
    {"minimum", [](const V& x) { return minimum(x, zeros({}, float64)); }, 2, {0, 0, 0, 0, 0}},
    {"minimum", [](const V& x) { return minimum(zeros({}, float64), x); }, -2, {-2, 1, 0, 0, 0}},
    {"norm 0", [](const V& x) { return norm(row(x), 0); }, 3, {3, 0, 0, 0, 0}},
    {"norm 1", [](const V& x) { return norm(row(x), 1); }, -3, {6, -1, 0, 0, 0}},
    {"norm 2 of 0", [](const V& x) { return norm(reshape(x, {1})); }, 0, {0, 0, 0, 0, 0}},
    {"norm inf", [](const V& x) { return norm(row(x), infinity); }, -3, {3, -1, 0, 0, 0}},
    {"norm inf", [](const V& x) { return norm(row(x), infinity); }, 2, {2, 0.5, 0, 0, 0}},
    {"norm -inf", [](const V& x) { return norm(row(x), -infinity); }, 3, {1, 0, 0, 0, 0}},
    {"norm 3", [](const V& x) { return norm(x.reshape({1}), 3); }, -2, {2, -1, 0, 0, 0}},
    {"amax", [](const V& x) { return amax(row(x), {0}); }, 2, {2, 0.5, 0, 0, 0}},
    {"amin", [](const V& x) { return amin(row(x), {0}); }, -3, {-3, 1, 0, 0, 0}},
    {"max", [](const V& x) { return max(row(x)); }, 3, {3, 1, 0, 0, 0}},
    {"min", [](const V& x) { return min(row(x)); }, 3, {-1, 0, 0, 0, 0}},
    {"max(0)", [](const V& x) { return max(row(x), 0).first; }, 2, {2, 1, 0, 0, 0}},
    {"min(0)", [](const V& x) { return min(row(x), 0).first; }, -3, {-3, 1, 0, 0, 0}},
    {"sort", [](const V& x) { return sort(row(x)).first.select(0, 2); }, 3, {3, 1, 0, 0, 0}},
    {"scatter_reduce amax", largest_of_two, 3, {3, 1, 0, 0, 0}},
    {"scatter_reduce amax", largest_of_two, 2, {2, 0.5, 0, 0, 0}},
    {"var",
     [](const V& x) {
       return var(reshape(cat({x.reshape({1}), numbers({1})}, 0), {2}), {0});
     },
     3,
     {2, 2, 1, 0, 0}},
    {"std of equals", [](const V& x) { return expand(x.reshape({1}), {3}).std({0}); }, 2, {0, 0, 0, 0, 0}},
    {"mse_loss", [](const V& x) { return mse_loss(x, tensor(1, float64)); }, 3, {4, 4, 2, 0, 0}},
    {"mse_loss by target", [](const V& x) { return mse_loss(tensor(1, float64), x); }, 3, {4, 4, 2, 0, 0}},
    {"l1_loss", [](const V& x) { return l1_loss(x, tensor(1, float64)); }, 3, {2, 1, 0, 0, 0}},
    {"huber_loss", [](const V& x) { return huber_loss(x, tensor(1, float64)); }, 3, {1.5, 1, 0, 0, 0}},
    {"huber_loss", [](const V& x) { return huber_loss(tensor(1, float64), x); }, 0.5, {0.125, -0.5, 1, 0, 0}},
    {"smooth_l1_loss",
     [](const V& x) { return smooth_l1_loss(x, tensor(1, float64), {.beta = 2}); },
     2,
     {0.25, 0.5, 0.5, 0, 0}},
    {"kl_div", [](const V& x) { return kl_div(tensor(0, float64), x); }, 1, {0, 1, 1, -1, 2}},
    {"kl_div of log p",
     [](const V& x) { return kl_div(tensor(0, float64), x, {.log_target = true}); },
     0,
     {0, 1, 2, 3, 4}},
    {"where", [](const V& x) { return where(gt(x, 0), pow(x, 2), exp(x)); }, 3, {9, 6, 2, 0, 0}},
    {"masked_fill", [](const V& x) { return masked_fill(pow(x, 2), gt(x, 0), 5); }, 3, {5, 0, 0, 0, 0}},
};

}  // namespace

TEST_CASE("four derivatives of every smooth op are right") {
  for (const Row& one : smooth) {
    const std::string name = one.name;
    const auto points = golden_values<double>("derivatives", name + "/x");
    const auto expected = golden_values<double>("derivatives", name + "/d");
    for (std::size_t i = 0; i < points.size(); ++i) {
      const auto ours = derivatives(one.f, points[i]);
      for (std::size_t order = 0; order <= 4; ++order) {
        const double right = expected[order * points.size() + i];
        CHECK_MESSAGE(std::abs(ours[order] - right) <= 1e-12 * std::max(1.0, std::abs(right)), name,
                      ", derivative ", order, " at ", points[i], " is ", ours[order], ", not ", right);
      }
    }
  }
}

TEST_CASE("higher derivatives of an op that chooses are 0, and not missing") {
  for (const Point& point : special) {
    std::vector<double> ours;
    CAPTURE(point.name);
    CAPTURE(point.x);
    CHECK_NOTHROW(ours = derivatives(point.f, point.x));
    CHECK(ours == point.expected);
  }
}

TEST_CASE("the derivative of a result that does not depend on x throws") {
  const Variable x(tensor({2.0}, float64), true);
  const auto slope = [&](const Variable& y) { return grad({y}, {x}, {.create_graph = true})[0]; };
  CHECK_THROWS_TEXT(slope(slope(x * 3)), "does not require a gradient");  // linear: its slope is a constant
  CHECK_THROWS_TEXT(slope(slope(slope(x * x))), "does not require a gradient");  // linear in each factor
  CHECK_THROWS_TEXT(slope(Variable(tensor({1.0}, float64), true)), "do not depend on input 0");
}
