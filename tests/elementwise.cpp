#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/elementwise.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/parallel/threads.hpp>
#include <xgrad/core/tensor/factories.hpp>

#include "support.hpp"

using namespace xgrad;

namespace {

using Function = std::function<Variable(const std::vector<Variable>&)>;

// Σ over the inputs of ∂(Σ f)/∂(input), broadcast: a function whose gradient is f's second derivative.
Function derivative(const Function& f) {
  return [f](const std::vector<Variable>& inputs) {
    const std::vector<Variable> gradients = grad({sum(f(inputs))}, inputs, {.create_graph = true});
    Variable total = gradients[0];
    for (std::size_t i = 1; i < gradients.size(); ++i) total = total + gradients[i];
    return total;
  };
}

void check_four_orders(const Function& f, const std::vector<Variable>& inputs) {
  for (const int order : {1, 2}) {
    const GradcheckResult first = gradcheck(f, inputs, {.order = order});
    CHECK_MESSAGE(first, "order ", order, ": ", first.message());
    const GradcheckResult third = gradcheck(derivative(derivative(f)), inputs, {.order = order});
    CHECK_MESSAGE(third, "order ", order + 2, ": ", third.message());
  }
}

const auto gate = elementwise("gate", [](const auto& a, const auto& b) { return a / (1 + exp(-b)); });
const auto rational = elementwise("rational", [](const auto& a, const auto& b, const auto& c, const auto& d) {
  return (a * b + c) / (d * d + 2) - a * c + b / (1 + c * c);
});

}  // namespace

TEST_CASE("an elementwise op computes its formula") {
  manual_seed(0);
  for (const DType dtype : {float32, float64}) {
    const Variable a(randn({4, 300}, dtype)), b(randn({300}, dtype)), c(randn({4, 1}, dtype)),
        d(randn({}, dtype));
    const double tolerance = dtype == float32 ? 2e-6 : 1e-14;
    CHECK(gate(a, b).dtype() == dtype);
    CHECK(allclose(gate(a, b).value(), (a * sigmoid(b)).value(), tolerance, tolerance));
    const Variable composed = (a * b + c) / (d * d + 2) - a * c + b / (1 + c * c);
    CHECK(allclose(rational(a, b, c, d).value(), composed.value(), tolerance, tolerance));
    // one input with the steps of a column, one read backwards by rows of another tensor
    const Variable column = Variable(randn({300, 4}, dtype)).transpose(0, 1),
                   part = Variable(randn({4, 600}, dtype)).slice(1, 0, to_end, 2);
    CHECK(allclose(gate(column, part).value(), (column * sigmoid(part)).value(), tolerance, tolerance));
  }
}

TEST_CASE("an elementwise op is one node, which keeps its inputs") {
  const Variable a(randn({2, 3}), true), b(randn({3}), true);
  const Variable y = gate(a, b);
  const Tape tape = trace(y);
  CHECK(tape.size() == 3);
  CHECK(tape.count("gate") == 1);
  CHECK(tape.saved_bytes() == 9 * sizeof(float));
  const Variable dx = grad({sum(y)}, {a}, {.create_graph = true})[0];
  CHECK(trace(dx).count("gate_backward") == 1);
}

TEST_CASE("an elementwise op has derivatives of four orders") {
  manual_seed(1);
  const Variable a(randn({2, 3}, float64)), b(randn({3}, float64)), c(randn({2, 1}, float64)),
      d(randn({}, float64));
  const Variable positive(rand({2, 3}, float64) + 0.5);
  check_four_orders([](const auto& x) { return gate(x[0], x[1]); }, {a, b});
  check_four_orders([](const auto& x) { return rational(x[0], x[1], x[2], x[3]); }, {a, b, c, d});
  const auto mish = elementwise("mish", [](const auto& x) { return x * tanh(log1p(exp(x))); });
  check_four_orders([&](const auto& x) { return mish(x[0]); }, {a});
  const auto powers = elementwise("powers", [](const auto& x, const auto& p) {
    return pow(x, p) + pow(x, 3) / sqrt(x) + pow(x, 5) - pow(2, p) + 1 / x;
  });
  check_four_orders([&](const auto& x) { return powers(x[0], x[1]); }, {positive, b});
  const auto waves = elementwise("waves", [](const auto& x, const auto& w) {
    return sin(w * x) * cos(x) + erf(x) * sigmoid(w) + log(2 + sin(x));
  });
  check_four_orders([&](const auto& x) { return waves(x[0], x[1]); }, {a, b});
  const auto pieces = elementwise("pieces", [](const auto& x, const auto& w) {
    return where(x > 0 && w < 1, x * x * x * w, abs(x)) + maximum(x, w) * minimum(x * x, 3) +
           clip(w * w, -0.5, 2) + relu(x) * w;
  });
  check_four_orders([&](const auto& x) { return pieces(x[0], x[1]); }, {a, b});
}

TEST_CASE("an elementwise op has the gradients of composed ops, whichever inputs want one") {
  manual_seed(2);
  for (int wanted = 1; wanted < 8; ++wanted) {
    std::vector<Variable> inputs;
    const Shape shapes[] = {{3, 4}, {4}, {3, 1}};
    for (int i = 0; i < 3; ++i) inputs.emplace_back(randn(shapes[i]), (wanted >> i) % 2 == 1);
    const auto op = elementwise(
        "op", [](const auto& a, const auto& b, const auto& c) { return a * exp(b) / (1 + c * c); });
    const Tensor weights = randn({3, 4});
    (op(inputs[0], inputs[1], inputs[2]) * weights).backward(ones({3, 4}));
    std::vector<Tensor> fused;
    for (const Variable& x : inputs) fused.push_back(x.has_grad() ? x.grad() : Tensor());
    for (const Variable& x : inputs) x.zero_grad();
    (inputs[0] * exp(inputs[1]) / (1 + inputs[2] * inputs[2]) * weights).backward(ones({3, 4}));
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(fused[i].defined() == inputs[i].has_grad());
      if (fused[i].defined()) CHECK(allclose(fused[i], inputs[i].grad(), 1e-5, 1e-6));
    }
  }
}

TEST_CASE("an elementwise op promotes dtypes as the library does") {
  const Variable x(tensor({0.5f, 1.5f}), true);
  const auto sum_of = elementwise("sum_of", [](const auto& a, const auto& b) { return a + 0.1 * b; });
  CHECK(sum_of(x, tensor({1, 2})).dtype() == float32);  // the double 0.1 does not widen
  CHECK(equal(sum_of(x, tensor({true, false})).value(), tensor({0.6f, 1.5f})));
  CHECK(sum_of(tensor({1, 2}), tensor({3, 4})).dtype() == get_default_dtype());
  CHECK_THROWS_WITH_AS(sum_of(x, zeros({2}, float64)), doctest::Contains("[sum_of]"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(sum_of(x, zeros({3})), doctest::Contains("(2,) and (3,)"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(sum_of(x, Variable()), doctest::Contains("[sum_of]"), std::invalid_argument);
  sum(sum_of(x, tensor({1, 2}))).backward();
  CHECK(equal(x.grad(), ones({2})));
}

TEST_CASE("a formula's gradient of 0 stays 0") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const auto gradient = [](const auto& op, float at) {
    const Variable x(tensor({at}), true);
    sum(op(x)).backward();
    return x.grad().at({0}) + 0.0;
  };
  const auto root = elementwise("root", [](const auto& x) { return where(x > 0, sqrt(x), 0); });
  CHECK(gradient(root, -1) == 0);  // the branch that was not chosen has the slope NaN
  CHECK(gradient(root, 0) == 0);   // ∞
  CHECK(gradient(root, 4) == 0.25);
  const auto mish = elementwise("mish", [](const auto& x) { return x * tanh(log1p(exp(x))); });
  CHECK(gradient(mish, 100) == 1);  // exp(x) is ∞
  CHECK(gradient(mish, infinity) == 1);
  CHECK(gradient(mish, -200) == 0);
  const auto rectified = elementwise("rectified", [](const auto& x) { return relu(x); });
  CHECK(gradient(rectified, 0) == 0);  // as relu
  const auto logistic = elementwise("logistic", [](const auto& x) { return 1 / (1 + exp(-x)); });
  CHECK(gradient(logistic, -100) == 0);
  CHECK(std::isnan(gradient(logistic, std::numeric_limits<float>::quiet_NaN())));
}

TEST_CASE("a formula may be one of its inputs, a number or independent of an input") {
  const Variable a(tensor({1.0f, -2.0f}), true), b(tensor({3.0f}), true);
  const auto first = elementwise("first", [](const auto& x, const auto&) { return x; });
  CHECK(equal(first(a, b).value(), a.value()));
  const auto number = elementwise("number", [](const auto&) { return 2.5; });
  CHECK(equal(number(a).value(), full({2}, 2.5f)));
  sum(first(a, b) + number(a)).backward();
  CHECK(equal(a.grad(), ones({2})));
  CHECK(equal(b.grad(), zeros({1})));
  const auto larger = elementwise("larger", [](const auto& x) { return x > 0; });
  CHECK(equal(larger(a).value(), tensor({1.0f, 0.0f})));
}

TEST_CASE("an elementwise op takes empty Tensors, scalars and many blocks in parts") {
  CHECK(gate(zeros({0, 3}), zeros({3})).shape() == Shape{0, 3});
  Variable s(tensor(2.0f), true), e(zeros({0, 3}), true);
  sum(gate(s, e)).backward();
  CHECK(s.grad().item<float>() == 0);
  CHECK(e.grad().shape() == Shape{0, 3});
  CHECK(gate(tensor(2.0f), tensor(0.0f)).item<float>() == 1);

  manual_seed(3);
  const Variable x(randn({7, 10007}), true), y(randn({10007}), true);
  const int threads = get_num_threads();
  std::vector<Tensor> results;
  for (const int count : {1, 2}) {
    set_num_threads(count);
    x.zero_grad();
    const Variable value = gate(x, y);
    sum(value * value).backward();
    results.push_back(value.value());
    results.push_back(x.grad());
  }
  set_num_threads(threads);
  CHECK(equal(results[0], results[2]));
  CHECK(equal(results[1], results[3]));
}

TEST_CASE("a Symbol outside of a formula is an error") {
  CHECK_THROWS_WITH_AS(Symbol(1) + 2, doctest::Contains("outside of the formula"), std::invalid_argument);
  std::optional<Symbol> input, late;
  elementwise("source", [&](const auto& x) {
    input = x;
    late = exp(sin(x) + 2);
    return x;
  });
  const auto check_refused = [](const auto& formula) {
    CHECK_THROWS_WITH_AS(elementwise("thief", formula), doctest::Contains("of another formula"),
                         std::invalid_argument);
  };
  check_refused([&](const auto&) { return *late; });
  check_refused([&](const auto& x) { return x + *late; });
  check_refused([&](const auto& x) { return x + *input; });  // a place that this formula has as well
  check_refused([](const auto& x) {
    elementwise("inner", [&](const auto& y) { return x * y; });
    return x;
  });
  CHECK_THROWS_WITH_AS(exp(*input), doctest::Contains("outside of the formula"), std::invalid_argument);
}
