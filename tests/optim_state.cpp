// The state of optimisers and Generators: a run that is restored goes on bit for bit.
#include "support.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xgrad;
using namespace xgrad::optim;

namespace {

using Make = std::function<std::unique_ptr<Optimizer>(const Variable&, const Variable&)>;

template <class O, class Options>
Make make(const Options& options) {
  return [options](const Variable& a, const Variable& b) {
    return std::make_unique<O>(
        std::vector<ParameterGroup>{{.parameters = {a}},
                                    {.parameters = {b}, .lr = 0.01, .weight_decay = 0.2}},
        options);
  };
}

const std::vector<std::pair<std::string, Make>> optimisers = {
    {"sgd", make<SGD>(SGDOptions{.lr = 0.1})},
    {"sgd dampening", make<SGD>(SGDOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.5})},
    {"sgd nesterov", make<SGD>(SGDOptions{.lr = 0.1, .momentum = 0.9, .nesterov = true})},
    {"adam", make<Adam>(AdamOptions{.lr = 0.1})},
    {"adamw amsgrad", make<AdamW>(AdamWOptions{.lr = 0.1, .amsgrad = true})},
    {"rmsprop", make<RMSprop>(RMSpropOptions{.momentum = 0.9, .centered = true})},
};

// Two parameters, of which the second has no gradient before the third step.
struct Run {
  Variable a, b;
  std::unique_ptr<Optimizer> optimizer;
  Generator generator{7};

  Run(const Make& make, DType dtype, const Shape& shape)
      : a(full(shape, 0.5, dtype), true), b(full(shape, -0.25, dtype), true), optimizer(make(a, b)) {}

  void step(int number) {
    const Tensor noise = randn(a.shape(), a.dtype(), generator);
    optimizer->zero_grad();
    (sum(a * a * noise) + (number < 2 ? sum(a) : sum(b * b * a))).backward();
    optimizer->step();
    if (number == 3) optimizer->set_lr(0.05);
  }
};

NamedTensors clones(const NamedTensors& state) {
  NamedTensors copies;
  for (const auto& [name, tensor] : state) copies.emplace_back(name, tensor.clone());
  return copies;
}

const Tensor* find(const NamedTensors& state, const std::string& name) {
  const auto entry = std::find_if(state.begin(), state.end(), [&](const auto& e) { return e.first == name; });
  return entry == state.end() ? nullptr : &entry->second;
}

// The state with one entry replaced, or left out if `value` is undefined.
NamedTensors with(NamedTensors state, const std::string& name, const Tensor& value) {
  std::erase_if(state, [&](const auto& entry) { return entry.first == name; });
  if (value.defined()) state.emplace_back(name, value);
  return state;
}

}  // namespace

TEST_CASE("a run that is saved, built anew and restored continues bit for bit, at whatever step") {
  for (const auto& [name, make] : optimisers) {
    for (const DType dtype : {float32, float64}) {
      for (const Shape& shape : {Shape{3, 5}, Shape{1}, Shape{0, 2}, Shape{}}) {
        for (const int stop : {0, 1, 2, 3, 5}) {
          CAPTURE(name);
          CAPTURE(stop);
          Run straight(make, dtype, shape), first(make, dtype, shape), second(make, dtype, shape);
          for (int i = 0; i < 8; ++i) straight.step(i);
          for (int i = 0; i < stop; ++i) first.step(i);
          second.a.value().copy_(first.a.value());
          second.b.value().copy_(first.b.value());
          second.optimizer->load_state_dict(first.optimizer->state_dict());
          second.generator.load_state_dict(first.generator.state_dict());
          first.step(stop);  // a loaded state is a copy
          for (int i = stop; i < 8; ++i) second.step(i);
          CHECK(equal(second.a, straight.a));
          CHECK(equal(second.b, straight.b));
          CHECK(second.optimizer->lr() == straight.optimizer->lr());
        }
      }
    }
  }
}

TEST_CASE("an optimiser's state has PyTorch's names") {
  Run run(optimisers[4].second, float32, {2});
  run.step(0);
  std::string names;
  for (const auto& [name, tensor] : run.optimizer->state_dict()) names += name + ' ';
  CHECK(names ==
        "param_groups.0.lr param_groups.0.beta1 param_groups.0.beta2 param_groups.0.eps "
        "param_groups.0.weight_decay param_groups.0.amsgrad param_groups.0.maximize "
        "param_groups.0.initial_lr param_groups.0.params "
        "param_groups.1.lr param_groups.1.beta1 param_groups.1.beta2 param_groups.1.eps "
        "param_groups.1.weight_decay param_groups.1.amsgrad param_groups.1.maximize "
        "param_groups.1.initial_lr param_groups.1.params "
        "state.0.step state.0.exp_avg state.0.exp_avg_sq state.0.max_exp_avg_sq ");
  const NamedTensors state = run.optimizer->state_dict();
  CHECK(find(state, "param_groups.1.lr")->item<double>() == 0.01);
  CHECK(find(state, "param_groups.1.lr")->dtype() == float64);
  CHECK(find(state, "state.0.step")->item<std::int64_t>() == 1);
  CHECK(equal(*find(state, "param_groups.1.params"), tensor({1})));
}

TEST_CASE("an optimiser's state that does not fit is refused with all its faults, and nothing changes") {
  Run run(optimisers[3].second, float32, {2});
  for (int i = 0; i < 3; ++i) run.step(i);
  const NamedTensors good = clones(run.optimizer->state_dict());
  const auto check = [&](const NamedTensors& state, const std::string& problem) {
    CHECK_THROWS_TEXT(run.optimizer->load_state_dict(state),
                      "[load_state_dict] the state does not fit Adam:" + problem);
    const NamedTensors after = run.optimizer->state_dict();
    REQUIRE(after.size() == good.size());
    for (std::size_t i = 0; i < good.size(); ++i) CHECK(equal(after[i].second, good[i].second));
  };
  check(with(good, "state.0.exp_avg", {}), "\n  missing: state.0.exp_avg, float32 of shape (2,)");
  check(with(good, "state.0.exp_avg", ones({3})),
        "\n  wrong shape or dtype: state.0.exp_avg is float32 of shape (3,), not float32 of shape (2,)");
  check(with(good, "state.0.exp_avg", ones({2}, float64)),
        "\n  wrong shape or dtype: state.0.exp_avg is float64 of shape (2,), not float32 of shape (2,)");
  check(with(good, "state.0.step", tensor(0)), "\n  state.0.step is 0, not positive");
  check(with(good, "state.2.step", tensor(1)), "\n  unexpected: state.2.step");
  check(with(good, "param_groups.0.lr", tensor(-1.0, float64)),
        "\n  param_groups.0.lr must be finite and not negative");
  check(with(good, "param_groups.1.beta1", tensor(1.0, float64)),
        "\n  param_groups.1.beta1 must lie in [0, 1)");
  check(with(good, "param_groups.1.params", tensor({0})),
        "\n  param_groups.1.params are not the parameters from 1 to 1");
  check(with(with(good, "param_groups.0.lr", {}), "noise", ones({2})),
        "\n  missing: param_groups.0.lr, float64 of shape ()\n  unexpected: noise");
  NamedTensors twice = good;
  twice.push_back(good[0]);
  twice.emplace_back("nothing", Tensor());
  check(twice, "\n  twice: param_groups.0.lr\n  unexpected: nothing");
  Run other(optimisers[0].second, float32, {2});
  CHECK_THROWS_TEXT(other.optimizer->load_state_dict(good), "the state does not fit SGD:");
}

TEST_CASE("a state keeps its own options: those of the optimiser that loads it are replaced") {
  const Variable p(ones({2}), true), q(ones({2}), true);
  SGD saved({p}, {.lr = 0.5, .momentum = 0.9, .nesterov = true}), loaded({q}, {.lr = 0.1});
  p.set_grad(ones({2}));
  saved.step();
  loaded.load_state_dict(saved.state_dict());
  q.value().copy_(p.value());
  q.set_grad(ones({2}));
  saved.step();
  loaded.step();
  CHECK(equal(p, q));
  CHECK(loaded.lr() == 0.5);
  CHECK(*loaded.param_groups()[0].nesterov);
}

TEST_CASE("a Generator's state continues its draws, with the kept normals and a seed of 64 bits") {
  Generator g(0xfedcba9876543210), other;
  GeneratorState state = g.state();
  state.next_float_normal = 0.1F;
  g.set_state(state);
  (void)randn({3}, float64, g);
  CHECK(g.state().next_double_normal.has_value());
  other.load_state_dict(g.state_dict());
  CHECK(other.state() == g.state());
  CHECK(equal(randn({700}, float64, other), randn({700}, float64, g)));
  const Generator fresh(3);
  other.load_state_dict(fresh.state_dict());  // without a kept normal
  CHECK(other.state() == fresh.state());
}

TEST_CASE("a Generator's state that does not fit is refused, and nothing changes") {
  Generator g(3);
  const GeneratorState before = g.state();
  const NamedTensors good = Generator(4).state_dict();
  const auto check = [&](const NamedTensors& state, const std::string& problem) {
    CHECK_THROWS_TEXT(g.load_state_dict(state),
                      "[load_state_dict] the state does not fit a Generator:" + problem);
    CHECK(g.state() == before);
  };
  check(with(good, "words", zeros({623}, int64)), "\n  wrong shape or dtype: words is int64 of shape (623,)");
  check(with(good, "words", full({624}, -1)), "\n  words[0] is -1, not 32 bits");
  check(with(good, "next", tensor(625)), "\n  next is 625, not in [0, 624]");
  check(with(good, "next", tensor(-1)), "\n  next is -1, not in [0, 624]");
  check({}, "\n  missing: seed, int64 of shape ()\n  missing: words, int64 of shape (624,)\n  missing: next");
}
