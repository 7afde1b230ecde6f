// AnomalyGuard names the op that made the first NaN or infinity.
#include "support.hpp"

#include <cmath>
#include <limits>

#include <xgrad/core/autograd/checkpoint.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/anomaly.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/compare.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/feed_forward.hpp>
#include <xgrad/nn/gpt.hpp>

using namespace xgrad;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

std::string node_name(const Variable& x, const char* op) {
  return "node #" + std::to_string(x.node()->id()) + " (" + op + ")";
}

// x unchanged; its gradient becomes NaN.
Variable poisoned(const Variable& x) {
  return record("poisoned", x.value().clone(), {x}, {}, [](const Replay& r) -> Gradients {
    return {Variable(full_like(r.grad().value(), quiet_nan))};
  });
}

}  // namespace

TEST_CASE(
    "anomaly: the error names the op that made the first infinity, its inputs and the nearest parameter") {
  const Variable w(tensor({1.0f, 2.0f}), true), b(tensor({-1.0f, 1.0f}), true);
  const Variable x = tensor({{1.0f, 1.0f}, {3.0f, 2.0f}});
  const AnomalyGuard guard(AnomalyGuard::Names{{"layer.weight", w}, {"layer.bias", b}});
  const Variable sums = x * w + b;  // the first element is 0
  const std::string text = thrown_text([&] { log(sums); });
  const std::string node = "node #" + std::to_string(sums.node()->id() + 1) + " (log)";
  CHECK(text ==
        "[AnomalyGuard] " + node +
            " made -inf in its result of shape (2, 2): 1 of 4 elements, the first at (0, 0); inputs: " +
            node_name(sums, "add") +
            " (2, 2); nearest parameter: layer.bias (2,); if it is meant to be there, pass "
            "{.infinities = false}");
}

TEST_CASE("anomaly: the nearest parameter is the one with the fewest ops between") {
  const Variable near(zeros({1}), true), far(ones({1}), true);
  const AnomalyGuard guard(AnomalyGuard::Names{{"far", far}, {"near", near}});
  const Variable product = (near + 0) * (far * 1 * 1);
  CHECK_THROWS_TEXT(log(product), "; nearest parameter: near (1,);");
}

TEST_CASE("anomaly: an op that was not recorded is named too") {
  const AnomalyGuard guard;
  CHECK(thrown_text([] {
          sqrt(Variable(tensor({1.0f, -1.0f, -2.0f})));
        }) ==
        "[AnomalyGuard] sqrt, which was not recorded, made NaN in its result of shape (3,): 2 of 3 elements, "
        "the "
        "first at (1,); inputs: a constant (3,)");
}

TEST_CASE("anomaly: an op that took in a bad number has passed it on, not made it") {
  const Variable w(tensor({1.0f, 1.0f}), true);
  w.value().at({1}) = quiet_nan;
  const AnomalyGuard guard(AnomalyGuard::Names{{"w", w}});
  CHECK_THROWS_TEXT(w * 2,
                    " (mul) passed on NaN in its result of shape (2,): 1 of 2 elements, the first at (1,); "
                    "inputs: parameter w (2,) which holds NaN at (1,)");
}

TEST_CASE("anomaly: infinities may be allowed, NaN never") {
  const AnomalyGuard guard(AnomalyOptions{.infinities = false});
  const Variable x(tensor({0.0f, 1.0f}), true);
  const Variable y = log(x);
  CHECK(y.value().at({0}) == -inf);
  CHECK_THROWS_TEXT(y * 0, "made NaN");
}

TEST_CASE("anomaly: backward() names the node whose rule made the number") {
  const Variable x(tensor({{4.0f, 0.0f}}), true);
  const AnomalyGuard guard(AnomalyGuard::Names{{"x", x}});
  const Variable scaled = x * 3, root = sqrt(scaled);
  CHECK(thrown_text([&] { sum(root).backward(); }) ==
        "[AnomalyGuard] the backward of " + node_name(root, "sqrt") +
            " made inf in the gradient of its input 0, " + node_name(scaled, "mul") +
            " of shape (1, 2): 1 of 2 elements, the first at (0, 1); nearest parameter: x (1, 2); if it is "
            "meant "
            "to be there, pass {.infinities = false}");
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("anomaly: grad() does so too, and says if the gradient was bad from the start") {
  const Variable x(ones({2}), true);
  const AnomalyGuard guard;
  CHECK_THROWS_TEXT(grad({sum(poisoned(x) * 2)}, {x}),
                    "(poisoned) made NaN in the gradient of its input 0, node #");
  CHECK_THROWS_TEXT(
      (x * 2).backward(full({2}, quiet_nan)),
      "(mul) passed on NaN in the gradient of its input 0, node #" + std::to_string(x.node()->id()) +
          " (leaf) of shape (2,): 2 of 2 elements, the first at (0,); the gradient it was given "
          "held NaN at (0,)");
}

TEST_CASE("anomaly: a kernel that would add to another's gradient in place is looked at too") {
  const Variable x(ones({2}), true);
  const auto adds_in_place = [&] {
    const auto rule = [](const Replay& r) -> Gradients { return {r.grad()}; };
    const auto kernel = [](const KernelReplay& r) -> KernelGradients {
      const Tensor bad = full({2}, quiet_nan);
      if (const Tensor sum = r.sum_so_far(0); sum.defined()) {
        sum.add_(bad);
        return {Tensor()};
      }
      return {bad};
    };
    return record("adds", x.value().clone(), {x}, {}, fused(rule, kernel));
  };
  const Variable first = adds_in_place();
  const Variable loss = sum(first + x * 2);  // the product is newer, so its gradient arrives first
  const AnomalyGuard guard;
  CHECK_THROWS_TEXT(loss.backward(), node_name(first, "adds") + " made NaN");
}

TEST_CASE("anomaly: a number that a rule masks out again is no anomaly") {
  const Variable x(tensor({0.0f, 4.0f}), true);
  const Variable y = record("guarded_log", ones({2}), {x}, {x}, [](const Replay& r) -> Gradients {
    return {where(gt(r.saved(0), 0), r.grad() / r.saved(0), Variable(zeros({2})))};
  });
  const AnomalyGuard guard;
  CHECK_NOTHROW(sum(y).backward());
  CHECK(equal(x.grad(), tensor({0.0f, 0.25f})));
}

TEST_CASE("anomaly: a module gives the parameters' names and the path to the op") {
  manual_seed(1);
  const nn::GPT model({.vocab_size = 7, .context = 4, .d_model = 8, .num_layers = 2, .num_heads = 2});
  const Variable tokens = tensor({{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}});
  const AnomalyGuard guard(model);
  CHECK_NOTHROW(sum(model(tokens)).backward());
  model.blocks[1].feed_forward.expand.weight.value().at({3, 2}) = quiet_nan;
  const std::string text = thrown_text([&] { model(tokens); });
  CAPTURE(text);
  CHECK(text.find("(linear) passed on NaN") != std::string::npos);
  CHECK(text.find("parameter blocks.1.feed_forward.expand.weight (32, 8) which holds NaN at (3, 2)") !=
        std::string::npos);
  CHECK(text.ends_with(" (in blocks.1.feed_forward.expand)"));
}

TEST_CASE("anomaly: the ops inside a checkpoint are looked at, forward and backward") {
  const Variable x(tensor({0.0f, 1.0f}), true);
  const AnomalyGuard guard;
  CHECK_THROWS_TEXT(checkpoint([](const Variable& v) { return log(v); }, {x}), "(log) made -inf");
  const Variable y = checkpoint([](const Variable& v) { return poisoned(v) * 2; }, {x});
  CHECK_THROWS_TEXT(sum(y).backward(), "(poisoned) made NaN");
}

TEST_CASE("anomaly: a hook that made a bad gradient is named") {
  const Variable x(ones({2}), true);
  const AnomalyGuard guard(AnomalyGuard::Names{{"x", x}});
  const Variable doubled = x * 2;
  HookHandle hook = doubled.register_hook([](const Variable& g) { return g * tensor({1.0, INFINITY}); });
  CHECK(thrown_text([&] { sum(doubled).backward(); }) ==
        "[AnomalyGuard] a hook on " + node_name(doubled, "mul") +
            " made inf in the gradient of shape (2,): 1 of 2 elements, the first at (1,); nearest parameter: "
            "x (2,); if it is meant to be there, pass {.infinities = false}");
  hook.remove();
  x.register_hook([](const Variable&) { return Variable(full({2}, quiet_nan)); });  // on a leaf
  CHECK_THROWS_TEXT(sum(x * 2).backward(), "[AnomalyGuard] a hook on parameter x made NaN in the gradient");
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("anomaly: a view is looked at through its strides, and an expanded one without its copies") {
  const AnomalyGuard guard;
  const Tensor grid = ones({3, 4}), wide = Tensor(ones({1})).expand({1 << 20, 1 << 20, 1 << 10});
  CHECK_NOTHROW(Variable(wide).transpose(0, 1));  // 4 PB if it were not a view
  grid.at({2, 1}) = quiet_nan;
  CHECK_THROWS_TEXT(Variable(grid).transpose(0, 1),
                    "NaN in its result of shape (4, 3): 1 of 12 elements, the first at (1, 2)");
  CHECK_THROWS_TEXT(Variable(grid).slice(0, 1, to_end).slice(1, 1, to_end, 2),
                    "NaN in its result of shape (2, 4): 1 of 8 elements, the first at (1, 1)");
  CHECK_THROWS_TEXT(Variable(grid.slice(0, 2)).expand({5, 4}),
                    "NaN in its result of shape (5, 4): 5 of 20 elements, the first at (0, 1)");
}

TEST_CASE("anomaly: a result without elements has none") {
  const AnomalyGuard guard;
  CHECK_NOTHROW(log(Variable(zeros({0, 3}), true)));
}
