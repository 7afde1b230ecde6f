// Replays at the same time: threads that share leaves, and rules that start a replay.
#include "support.hpp"

#include <thread>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

// x unchanged, with a rule that calls `before`.
template <class Before>
Variable with_rule(const Variable& x, Before before) {
  return record("mine", x.value().clone(), {x}, {}, [before](const Replay& r) -> Gradients {
    before();
    return {r.grad()};
  });
}

}  // namespace

TEST_CASE("replay: threads that share leaves lose no gradient") {
  constexpr int threads = 4, steps = 2000;
  const Variable x(ones({4096}), true);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      for (int i = 0; i < steps; ++i) (x * 2).backward(ones({4096}));
    });
  }
  for (std::thread& thread : running) thread.join();
  CHECK(equal(x.grad(), full({4096}, 2.0 * threads * steps)));
}

TEST_CASE("replay: graphs of different threads do not disturb each other") {
  constexpr int threads = 8, steps = 300;
  std::vector<double> gradients(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([t, &gradients] {
      const Variable x(full({4}, 1.0 + t, float64), true);
      const GradModeGuard mode(t % 4 != 3);
      for (int i = 0; i < steps; ++i) {
        Variable y = x;
        for (int k = 0; k < 20; ++k) y = y * 1.0 + x;
        if (grad_enabled()) sum(y).backward();
      }
      gradients[static_cast<std::size_t>(t)] = x.has_grad() ? static_cast<double>(x.grad().at({3})) : -1;
    });
  }
  for (std::thread& thread : running) thread.join();
  for (int t = 0; t < threads; ++t) {
    CHECK(gradients[static_cast<std::size_t>(t)] == (t % 4 == 3 ? -1 : 21.0 * steps));
  }
}

TEST_CASE("replay: gradients may be dropped and set while another thread adds to them") {
  const Variable x(ones({64}), true);
  std::thread other([&] {
    for (int i = 0; i < 2000; ++i) {
      x.zero_grad();
      x.set_grad(zeros({64}));
    }
  });
  for (int i = 0; i < 2000; ++i) sum(x).backward();
  other.join();
  CHECK(x.grad().shape() == Shape{64});
}

TEST_CASE("replay: a rule cannot replay its own node") {
  const Variable x(ones({1}), true);
  Variable y;
  for (const bool retain : {false, true}) {
    y = with_rule(x, [&] { y.backward({.retain_graph = retain}); });
    const std::string name = "node #" + std::to_string(y.node()->id()) + " (mine)";
    CHECK_THROWS_TEXT(y.backward(),
                      "[backward] " + name + " is being replayed, by its own rule or by another");
    y = Variable();
  }
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("replay: a rule cannot replay a node that the replay still needs") {
  const Variable x(ones({1}), true), inner = x * 2;
  const Variable outer = with_rule(inner, [&] { inner.backward(); });
  CHECK_THROWS_TEXT(outer.backward(), "(mul) was already replayed; pass retain_graph = true to keep it");
}

TEST_CASE("replay: a node whose rule throws can be replayed again") {
  const Variable x(ones({1}), true);
  bool fails = true;
  const Variable y = with_rule(x, [&] {
    if (fails) throw std::runtime_error("not yet");
  });
  CHECK_THROWS_TEXT(y.backward(), "not yet");
  fails = false;
  CHECK_NOTHROW(y.backward());
  CHECK(x.grad().item<double>() == 1);
}

TEST_CASE("replay: a rule may drop the last handle to its own graph") {
  const Variable x(ones({1}), true);
  Variable y;
  y = with_rule(x * 3, [&] { y = Variable(); });
  y.backward();
  CHECK(x.grad().item<double>() == 3);
}
