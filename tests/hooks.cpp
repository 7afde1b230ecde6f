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

}  // namespace

TEST_CASE("hooks: a hook sees each gradient once, after it has been summed up") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  std::vector<double> of_x, of_y;
  x.register_hook([&](const Variable& g) { of_x.push_back(at(g.value())); });
  y.register_hook([&](const Variable& g) { of_y.push_back(at(g.value())); });
  (y * y + y + x).backward();  // dL/dy = 2y + 1, dL/dx = 3 (2y + 1) + 1
  CHECK(of_y == std::vector<double>{13});
  CHECK(of_x == std::vector<double>{40});
  CHECK(at(x.grad()) == 40);
  (x * 5).backward();  // a hook sees the new gradient, not the sum in x.grad()
  CHECK(of_x == std::vector<double>{40, 5});
  CHECK(at(x.grad()) == 45);
}

TEST_CASE("hooks: a replacement goes on through the graph, and retain_grad() keeps it") {
  const Variable x = scalar(2);
  const Variable y = x * 3;
  y.retain_grad();
  y.register_hook([](const Variable& g) { return g * 10; });
  y.register_hook([](const Variable& g) { return g.value(); });  // a hook may return a Tensor
  x.register_hook([](const Variable& g) { return g + 1; });
  (y * 7).backward();
  CHECK(at(y.grad()) == 70);
  CHECK(at(x.grad()) == 211);
}

TEST_CASE("hooks: they are called in the order of registration until they are removed") {
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

TEST_CASE("hooks: a hook may remove itself or add another while it runs") {
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

TEST_CASE("hooks: grad() calls them on the way to its inputs, on the inputs, and nowhere else") {
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

TEST_CASE("hooks: under create_graph a hook's result can be differentiated again") {
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

TEST_CASE("hooks: replacing a gradient that two Variables share changes one of them") {
  const Variable a(ones({3}), true), b(ones({3}), true);
  a.register_hook([](const Variable& g) { return g * 2; });
  sum(a + b).backward();
  CHECK(equal(a.grad(), full({3}, 2.0)));
  CHECK(equal(b.grad(), ones({3})));
}

TEST_CASE("hooks: a leaf keeps its hooks when its value is replaced") {
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

TEST_CASE("hooks: a chain of a million nodes that only hooks hold is destroyed without recursion") {
  Variable y(zeros({}), true);
  for (int i = 0; i < 1000000; ++i) {
    const Variable next(zeros({}), true);
    next.register_hook([y](const Variable&) {});
    y = next;
  }
}

TEST_CASE("hooks: a gradient that a hook keeps is not changed by the next backward()") {
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

TEST_CASE("hooks: a leaf's hooks are called as soon as its gradient is complete") {
  const Variable first(tensor({2.0}), true), second(tensor({3.0}), true), both(tensor({5.0}), true);
  std::vector<std::string> called;
  const auto note = [&](const Variable& x, const std::string& name) {
    x.register_hook([&called, name](const Variable& g) {
      called.push_back(name + ' ' + std::to_string(static_cast<int>(g.item<double>())));
    });
  };
  const auto result = [&] {
    called.clear();
    const Variable h = first * both, y = second * h;
    note(h, "h");
    return y * both;
  };
  note(first, "first");
  note(second, "second");
  note(both, "both");
  // y = second · first · both²
  const std::vector<std::string> expected{"second 50", "h 15", "both 60", "first 75"};
  sum(result()).backward();
  CHECK(called == expected);
  CHECK(both.grad().item<double>() == 60);
  const auto d = grad({sum(result())}, {both, second});
  CHECK(called == std::vector<std::string>{"second 50", "h 15", "both 60"});
  CHECK(d[0].item<double>() == 60);
  CHECK(d[1].item<double>() == 50);
  called.clear();
  (both * 2).backward();
  CHECK(called == std::vector<std::string>{"both 2"});
}
