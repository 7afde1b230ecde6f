// A recorded step that takes another path, ends early, or is used where it must not be.
#include "support.hpp"

#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <xgrad/core/autograd/checkpoint.hpp>
#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/recorded_step.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

namespace {

Variable leaf(const Tensor& value) { return Variable(value, true); }

const Variable weight = leaf(full({2, 3}, 2.0)), other_weight = leaf(full({2, 3}, 5.0));
const Tensor shift = ones({2, 3});

// The gradient of sum(exp(weight + shift)).
void usual_step() { sum(exp(weight + shift)).backward(); }

std::string id(const Variable& x) { return "node #" + std::to_string(x.node()->id()); }

struct Path {
  const char* name;
  std::function<void()> step;
  std::string error;
};

std::vector<Path> other_paths() {
  return {
      {"another op", [] { sum(neg(weight + shift)).backward(); },
       "[RecordedStep] op 1 of 3 was exp (2, 3) float32 and is now neg (2, 3) float32; a recorded step"},
      {"another shape",
       [] {
         sum(exp(weight + ones({4, 2, 3}))).backward();
       },
       "op 0 of 3 was add (2, 3) float32 and is now add (4, 2, 3) float32"},
      {"a leaf more",
       [] {
         sum(exp(leaf(ones({2, 3}, float64)) + 1)).backward();
       },
       "op 0 of 3 was add (2, 3) float32 and is now leaf (2, 3) float64"},
      {"another leaf", [] { sum(exp(other_weight + shift)).backward(); },
       "input 0 of op 0 of 3, add (2, 3) float32, was " + id(weight) + " (leaf) (2, 3) and is now " +
           id(other_weight) + " (leaf) (2, 3)"},
      {"a gradient for an input that had none", [] { sum(exp(weight + other_weight)).backward(); },
       "input 1 of op 0 of 3, add (2, 3) float32, was without a gradient and is now " + id(other_weight)},
      {"more ops", [] { (sum(exp(weight + shift)) * 2).backward(); },
       "op 3, mul () float32, comes after the last of 3 recorded ops"},
      {"fewer ops",
       [] {
         exp(weight + shift).backward(ones({2, 3}));
       },
       "backward() or grad() number 0 starts from other Variables than when it was recorded"},
      {"no backward", [] { static_cast<void>(sum(exp(weight + shift))); },
       "the step called backward() or grad() 0 times, and 1 times when it was recorded"},
      {"a second backward",
       [] {
         const Variable y = sum(exp(weight + shift));
         y.backward({.retain_graph = true});
         y.backward();
       },
       "backward() or grad() number 1 comes after the last of 1 recorded ones"},
  };
}

}  // namespace

TEST_CASE(
    "recorded step: a step that takes another path is an error that names the op, and the recording stays") {
  RecordedStep step;
  step(usual_step);
  for (const Path& path : other_paths()) {
    CAPTURE(std::string(path.name));
    CHECK_THROWS_TEXT(step(path.step), path.error);
    CHECK(step.is_recorded());
    weight.zero_grad();
    step(usual_step);
    CHECK(weight.grad().to_vector<double>()[5] == doctest::Approx(std::exp(3.0)));
  }
}

TEST_CASE("recorded step: with record_anew, a step that takes another path is recorded from there on") {
  for (const Path& path : other_paths()) {
    CAPTURE(std::string(path.name));
    RecordedStep step({.record_anew = true});
    step(usual_step);
    for (const Variable* w : {&weight, &other_weight}) w->zero_grad();
    path.step();
    const Tensor plain = weight.has_grad() ? weight.grad() : Tensor();
    for (int i = 0; i < 3; ++i) {
      weight.zero_grad();
      const std::uint64_t newest = newest_node_id();
      step(path.step);
      if (i > 0 && std::string(path.name) != "a leaf more") CHECK(newest_node_id() == newest);
      CHECK(weight.has_grad() == plain.defined());
      if (plain.defined()) CHECK(equal(weight.grad(), plain));
    }
    weight.zero_grad();
    step(usual_step);
    CHECK(step.num_nodes() == 3);
  }
}

TEST_CASE("recorded step: an op of another dtype is an error") {
  RecordedStep step;
  step([] { static_cast<void>(weight.to(float64)); });
  CHECK_THROWS_TEXT(step([] {
                      static_cast<void>(record("to", weight.value(), {weight}, {},
                                               [](const Replay& r) { return Gradients{r.grad()}; }));
                    }),
                    "op 0 of 1 was to (2, 3) float64 and is now to (2, 3) float32");
}

TEST_CASE("recorded step: with record_anew, a second backward() that starts elsewhere is recorded once") {
  RecordedStep step({.record_anew = true});
  const auto two = [&](bool doubled) {
    step([&] {
      sum(weight * weight).backward();
      const Variable y = sum(exp(weight));
      (doubled ? y * 2 : y).backward();
      static_cast<void>(weight * 3);
    });
  };
  two(false);
  two(true);
  const std::uint64_t newest = newest_node_id();
  two(true);
  CHECK(newest_node_id() == newest);
}

TEST_CASE("recorded step: an op of another number of inputs is an error") {
  RecordedStep step;
  const auto of_inputs = [&](int count) {
    return [=] {
      std::vector<Variable> inputs(static_cast<std::size_t>(count), weight);
      return record("own", weight.value(), inputs, {}, [count](const Replay&) -> Gradients {
        return Gradients(static_cast<std::size_t>(count));
      });
    };
  };
  static_cast<void>(step(of_inputs(2)));
  CHECK_THROWS_TEXT(static_cast<void>(step(of_inputs(3))),
                    "op 0 of 1, own (2, 3) float32, had 2 inputs and has now 3");
  CHECK_THROWS_TEXT(static_cast<void>(step(of_inputs(1))),
                    "op 0 of 1, own (2, 3) float32, had 2 inputs and has now 1");
}

TEST_CASE("recorded step: a parameter that was frozen or replaced in between is an error") {
  const Variable w = leaf(ones({2})), v = leaf(ones({2}));
  RecordedStep step;
  const auto one = [&] { sum(w * v).backward(); };
  step(one);
  v.requires_grad_(false);
  CHECK_THROWS_TEXT(step(one), "input 1 of op 0 of 2, mul (2,) float32, was " + id(v) +
                                   " (leaf) (2,) and is now without a gradient");
  v.requires_grad_(true);
  CHECK_NOTHROW(step(one));
}

TEST_CASE("recorded step: a parameter that the first step makes is an error in the second") {
  RecordedStep step;
  Variable w;
  const auto one = [&] {
    if (!w.defined()) w = leaf(ones({2}));
    sum(w * w).backward();
  };
  step(one);
  CHECK_THROWS_TEXT(step(one),
                    "[RecordedStep] a Variable of an earlier step still holds " + id(w) + " (leaf)");
  step.forget();
  for (int i = 0; i < 2; ++i) CHECK_NOTHROW(step(one));
}

TEST_CASE("recorded step: a step without recording is an error if it was recorded") {
  RecordedStep step;
  step(usual_step);
  const NoGradGuard off;
  CHECK_THROWS_TEXT(step([] { static_cast<void>(sum(exp(weight + shift))); }),
                    "the step ended after 0 of 3 recorded ops; the next was add (2, 3) float32");
}

TEST_CASE("recorded step: what is not on the tape may change freely") {
  const Variable w = leaf(ones({2}));
  RecordedStep step;
  for (int i = 0; i < 3; ++i) {
    step([&] {
      {
        const NoGradGuard off;
        Tensor t = w.value();
        for (int k = 0; k < i; ++k) t = exp(t) + 1;
      }
      sum(w * w).backward();
    });
  }
  CHECK(w.grad().to_vector<double>() == std::vector<double>{6, 6});
}

TEST_CASE("recorded step: a Variable of a step must not outlive it, its value may") {
  const Variable w = leaf(ones({2}));
  RecordedStep step;
  Variable kept;
  const auto one = [&](bool keeps) {
    step([&] {
      const Variable y = w * w;
      if (keeps) kept = y;
      sum(y).backward();
    });
  };
  for (const bool first : {true, false}) {
    CAPTURE(first);
    if (!first) one(false);
    one(true);
    const std::string name = id(kept);
    CHECK_THROWS_TEXT(one(false), "[RecordedStep] a Variable of an earlier step still holds " + name +
                                      " (mul) of shape (2,), which the next step needs; keep its value()");
    CHECK_THROWS_TEXT(sum(kept).backward(), "was already replayed");
    const Tensor value = kept.value();
    kept = Variable();
    w.value().fill_(3.0);
    CHECK_NOTHROW(one(false));
    CHECK(value.to_vector<double>() == std::vector<double>{1, 1});
    w.value().fill_(1.0);
    step.forget();
  }
}

TEST_CASE(
    "recorded step: a step that throws leaves no recording if it was the first, and the recording "
    "otherwise") {
  const Variable w = leaf(ones({1000}));
  RecordedStep step;
  bool throws = true;
  const auto one = [&] {
    const Variable y = exp(w * w);
    if (throws) throw std::runtime_error("no more data");
    sum(y).backward();
  };
  const std::size_t empty = pool_stats().in_use;
  CHECK_THROWS_TEXT(step(one), "no more data");
  CHECK_FALSE(step.is_recorded());
  CHECK(step.num_nodes() == 0);
  CHECK(pool_stats().in_use == empty);
  throws = false;
  step(one);
  step(one);
  throws = true;
  const std::size_t recorded = pool_stats().in_use;
  CHECK_THROWS_TEXT(step(one), "no more data");
  CHECK(step.is_recorded());
  CHECK(pool_stats().in_use == recorded);
  throws = false;
  w.zero_grad();
  step(one);
  CHECK(w.grad().to_vector<double>()[0] == doctest::Approx(2 * std::exp(1.0)));
}

TEST_CASE("recorded step: a value that was changed in place too early is an error in a replay too") {
  const Variable w = leaf(ones({2}));
  RecordedStep step;
  bool changes = false;
  const auto one = [&] {
    const Variable y = w * w;
    if (changes) w.value().add_(1);
    sum(y).backward();
  };
  step(one);
  changes = true;
  CHECK_THROWS_TEXT(step(one), "changed in place afterwards");
  changes = false;
  CHECK_NOTHROW(step(one));
}

TEST_CASE("recorded step: checkpoint, another recorded step and forget() are refused inside of it") {
  const Variable w = leaf(ones({2}));
  RecordedStep step, inner;
  CHECK_THROWS_TEXT(
      static_cast<void>(step([&] { return checkpoint([](const Variable& x) { return x * x; }, {w}); })),
      "[checkpoint] a recorded step keeps the nodes that checkpoint drops");
  CHECK_THROWS_TEXT(step([&] { inner([&] { static_cast<void>(w * w); }); }),
                    "[RecordedStep] a recorded step cannot run inside of another");
  CHECK_THROWS_TEXT(step([&] { step.forget(); }), "[RecordedStep] a step cannot be forgotten while it runs");
  CHECK_NOTHROW(inner([&] { static_cast<void>(w * w); }));
}

TEST_CASE("recorded step: two threads in one step are an error") {
  const Variable w = leaf(ones({2}));
  RecordedStep step;
  step([&] {
    std::thread([&] {
      CHECK_THROWS_TEXT(step([&] { static_cast<void>(w * w); }),
                        "[RecordedStep] another thread is running this step");
    }).join();
  });
  CHECK(step.is_recorded());
}
