// Replays that meet: leaves that threads share, and rules that replay what is being replayed.
#include "support.hpp"

#include <thread>

#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

// x unchanged, with a rule that first calls `before`.
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

TEST_CASE("replay: a rule cannot replay its own node again") {
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

TEST_CASE("replay: nor take away a node whose turn is still to come") {
  const Variable x(ones({1}), true), inner = x * 2;
  const Variable outer = with_rule(inner, [&] { inner.backward(); });
  CHECK_THROWS_TEXT(outer.backward(), "(mul) was already replayed; pass retain_graph = true to keep it");
}

TEST_CASE("replay: a rule that throws leaves its node to be replayed") {
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

TEST_CASE("record: what no op can have meant") {
  const Variable x(ones({1}), true), constant = ones({1});
  const Rule rule = [](const Replay& r) -> Gradients { return {r.grad()}; };
  for (const Variable& input : {x, constant}) {
    CHECK_THROWS_TEXT(record("mine", Tensor(), {input}, {}, rule),
                      "[mine] the result to record is undefined");
    CHECK_THROWS_TEXT(record(nullptr, ones({1}), {input}, {}, rule), "[record] the op needs a name");
  }
  CHECK_THROWS_TEXT(record("mine", ones({1}), {x}, {keep_for(-2, x)}, rule),
                    "[mine] keep_for names input -2 of 1");
}
