// Hooks on gradients. The expected numbers are derivatives worked out by hand.
#include "support.hpp"

#include <memory>
#include <thread>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

double at(const Tensor& x) { return x.item<double>(); }
Variable scalar(double value) { return Variable(full({}, value, float64), true); }
std::string node_name(const Variable& x, const char* op) {
  return "node #" + std::to_string(x.node()->id()) + " (" + op + ")";
}

}  // namespace

TEST_CASE("hooks: each gradient is seen once, when it has been summed up") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  std::vector<double> of_x, of_y;
  x.register_hook([&](const Variable& g) { of_x.push_back(at(g.value())); });
  y.register_hook([&](const Variable& g) { of_y.push_back(at(g.value())); });
  (y * y + y + x).backward();  // dL/dy = 2y + 1, dL/dx = 3 (2y + 1) + 1
  CHECK(of_y == std::vector<double>{13});
  CHECK(of_x == std::vector<double>{40});
  CHECK(at(x.grad()) == 40);
  (x * 5).backward();  // a hook sees what arrives, not what has been kept so far
  CHECK(of_x == std::vector<double>{40, 5});
  CHECK(at(x.grad()) == 45);
}

TEST_CASE("hooks: a replacement goes on through the graph, and is what retain_grad keeps") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  y.retain_grad();
  y.register_hook([](const Variable& g) { return g * 10; });
  y.register_hook([](const Variable& g) { return g.value(); });  // a Tensor will do
  x.register_hook([](const Variable& g) { return g + 1; });
  (y * 7).backward();
  CHECK(at(y.grad()) == 70);
  CHECK(at(x.grad()) == 211);
}

TEST_CASE("hooks: in the order of registration, until they are removed") {
  const Variable x = scalar(1);
  HookHandle first = x.register_hook([](const Variable& g) { return g + 1; });
  HookHandle second = x.register_hook([](const Variable& g) { return g * 2; });
  const auto gradient = [&] {
    x.zero_grad();
    (x * 5).backward();
    return at(x.grad());
  };
  CHECK(gradient() == 12);
  first.remove();
  CHECK(gradient() == 10);
  first.remove();
  {
    const HookHandle let_go = x.register_hook([](const Variable& g) { return g + 100; });
  }
  CHECK(gradient() == 110);
  second.remove();
  CHECK(gradient() == 105);
  HookHandle().remove();
  {
    HookHandle of_gone;
    {
      of_gone = scalar(1).register_hook([](const Variable&) {});
    }
    of_gone.remove();
  }
}

TEST_CASE("hooks: one may remove itself or add another while it runs") {
  const Variable x = scalar(1);
  int calls = 0, added = 0;
  HookHandle self;
  self = x.register_hook([&](const Variable&) {
    ++calls;
    self.remove();
    x.register_hook([&](const Variable&) { ++added; });
  });
  (x * 2).backward();
  CHECK(added == 0);
  (x * 2).backward();
  CHECK(calls == 1);
  CHECK(added == 1);
}

TEST_CASE("hooks: grad() calls them too, on the way and where it ends, and on no other Variable") {
  const Variable x = scalar(2), other = scalar(3);
  const Variable y = x * other;
  int elsewhere = 0;
  y.register_hook([](const Variable& g) { return g * 10; });
  x.register_hook([](const Variable& g) { return g + 1; });
  other.register_hook([&](const Variable&) { ++elsewhere; });
  CHECK(at(grad({y}, {x})[0].value()) == 31);
  CHECK(elsewhere == 0);
  const Variable z = x * other;
  z.register_hook([](const Variable& g) { return g * 10; });
  CHECK(at(grad({z}, {z})[0].value()) == 10);
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("hooks: what one makes under create_graph is differentiated again") {
  const Variable x = scalar(2);
  std::vector<bool> recorded;
  x.register_hook([&](const Variable& g) {
    recorded.push_back(grad_enabled());
    return g * g;
  });
  const Variable y = x * x * x;
  const Variable first = grad({y}, {x}, {.create_graph = true})[0];  // (3x²)² = 9x⁴
  CHECK(at(first.value()) == 144);
  CHECK(at(grad({sum(first)}, {x}, {.create_graph = false})[0].value()) == 288.0 * 288.0);  // (36x³)²
  CHECK(recorded == std::vector<bool>{true, false});
}

TEST_CASE("hooks: a gradient that two Variables share is replaced for one alone") {
  const Variable a(ones({3}), true), b(ones({3}), true);
  a.register_hook([](const Variable& g) { return g * 2; });
  sum(a + b).backward();
  CHECK(equal(a.grad(), full({3}, 2.0)));
  CHECK(equal(b.grad(), ones({3})));
}

TEST_CASE("hooks: what one throws ends the replay, which can be tried again") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  bool fails = true;
  y.register_hook([&](const Variable&) {
    if (fails) throw std::logic_error("not yet");
  });
  CHECK_THROWS_AS(y.backward(), std::logic_error);
  CHECK_FALSE(x.has_grad());
  fails = false;
  y.backward();
  CHECK(at(x.grad()) == 3);
}

TEST_CASE("hooks: they stay with a leaf whose value is replaced") {
  const Variable x(ones({2}), true);
  HookHandle handle = x.register_hook([](const Variable& g) { return g * 4; });
  x.set_value(ones({3}, float64));
  sum(x).backward();
  CHECK(equal(x.grad(), full({3}, 4.0, float64)));
  handle.remove();
  x.zero_grad();
  sum(x).backward();
  CHECK(equal(x.grad(), ones({3}, float64)));
}

TEST_CASE("hooks: errors say what was broken") {
  const Variable x(ones({2}), true);
  const auto keep = [](const Variable&) {};
  CHECK_THROWS_TEXT(Variable(ones({2})).register_hook(keep),
                    "[register_hook] the variable of shape (2,) does not require a gradient");
  CHECK_THROWS_TEXT(Variable().register_hook(keep), "[register_hook] the variable is undefined");
  CHECK_THROWS_TEXT(x.register_hook(GradientHook()), "[register_hook] the hook is empty");

  const Variable y = x * 2, z = y * 3;
  HookHandle wrong = y.register_hook([](const Variable&) { return ones({3}); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "[register_hook] a hook on " + node_name(y, "mul") +
                        " returned (3,) float32 for a gradient of (2,) float32");
  wrong.remove();
  wrong = y.register_hook([](const Variable& g) { return g.to(float64); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "returned (2,) float64 for a gradient of (2,) float32");
  wrong.remove();
  y.register_hook([](const Variable& g) { g.value().mul_(2); });
  CHECK_THROWS_TEXT(sum(z).backward({.retain_graph = true}),
                    "[register_hook] a hook on " + node_name(y, "mul") +
                        " changed the gradient in place, which others may share");
}

TEST_CASE("hooks: what an op throws within one says on which node") {
  const Variable x(ones({2}), true);
  const Variable y = x * 2;
  y.register_hook([](const Variable& g) { return g + ones({3}); });
  CHECK_THROWS_TEXT(y.backward(ones({2})),
                    "aligned at the last dim) (in a hook on " + node_name(y, "mul") + ")");
}

TEST_CASE("hooks: grad() in one says that nothing is recorded there, and what to do") {
  const Variable x = scalar(2);
  const std::string off =
      "does not require a gradient: nothing is recorded here, under a NoGradGuard or in a hook or rule of a "
      "replay without create_graph; compute it under GradModeGuard guard(true), or replay with grad(..., "
      "{.create_graph = true})";
  std::string of_output, of_input, of_backward;
  HookHandle handle = x.register_hook([&](const Variable& g) {
    of_output = thrown_text([&] { grad({x * x}, {x}); });
    of_input = thrown_text([&] { grad({g * g}, {g}); });
    of_backward = thrown_text([&] { (x * x).backward(); });
  });
  const std::string place = " (in a hook on " + node_name(x, "leaf") + ")";
  (x * 3).backward();
  CHECK(of_output == "[grad] the output of shape () " + off + place);
  CHECK(of_input == "[grad] input 0 of shape () " + off + place);
  CHECK(of_backward == "[backward] the output of shape () " + off + place);
  handle.remove();

  // with recording on, as the text says, there is no error
  const Variable w = scalar(2);
  std::vector<double> slopes;
  x.register_hook([&](const Variable&) {
    const GradModeGuard guard(true);
    slopes.push_back(at(grad({w * w}, {w})[0].value()));
  });
  (x * 3).backward();
  CHECK(slopes == std::vector<double>{4});
  CHECK_THROWS_TEXT(grad({Variable(ones({}))}, {x}),
                    "none of its inputs does, or it was made without recording");
}

TEST_CASE("hooks: threads that share a leaf call its hook once per gradient") {
  constexpr int threads = 4, steps = 200;
  const Variable x(ones({8}), true);
  x.register_hook([](const Variable& g) { return g * 2; });
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      for (int i = 0; i < steps; ++i) sum(x).backward();
    });
  }
  for (std::thread& thread : running) thread.join();
  CHECK(equal(x.grad(), full({8}, 2.0 * threads * steps)));
}

TEST_CASE("hooks: a chain of a million nodes that hooks alone hold is taken down without recursion") {
  Variable y(zeros({}), true);
  for (int i = 0; i < 1000000; ++i) {
    const Variable next(zeros({}), true);
    next.register_hook([y](const Variable&) {});
    y = next;
  }
}

TEST_CASE("hooks: what one keeps is not added to by the next backward of a retained gradient") {
  const Variable x(ones({4}), /*requires_grad=*/true);
  const Variable y = x + ones({4});
  y.retain_grad();
  Tensor seen;
  x.register_hook([&](const Variable& g) {
    if (!seen.defined()) seen = g.value();
  });
  const Variable loss = sum(y * 3.0);
  loss.backward({.retain_graph = true});
  loss.backward();
  CHECK(equal(seen, full({4}, 3.0)));
  CHECK(equal(y.grad(), full({4}, 6.0)));
  CHECK(equal(x.grad(), full({4}, 6.0)));
}
