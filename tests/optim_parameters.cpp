// Optimisers and clipping skip some parameters, and a step changes all of the others or none.
#include "support.hpp"

#include <functional>
#include <memory>

#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/optim/adam.hpp>
#include <xgrad/optim/adamw.hpp>
#include <xgrad/optim/clip.hpp>
#include <xgrad/optim/rmsprop.hpp>
#include <xgrad/optim/sgd.hpp>

using namespace xgrad;
using namespace xgrad::optim;

namespace {

using Make = std::function<std::unique_ptr<Optimizer>(std::vector<Variable>)>;

template <class O, class Options>
Make make(const Options& options) {
  return [options](std::vector<Variable> p) { return std::make_unique<O>(std::move(p), options); };
}

const std::vector<std::pair<std::string, Make>> optimisers = {
    {"sgd", make<SGD>(SGDOptions{.lr = 0.1})},
    {"sgd dampening", make<SGD>(SGDOptions{.lr = 0.1, .momentum = 0.9, .dampening = 0.5})},
    {"sgd nesterov",
     make<SGD>(SGDOptions{.lr = 0.1, .momentum = 0.9, .weight_decay = 0.1, .nesterov = true})},
    {"adam", make<Adam>(AdamOptions{.lr = 0.1, .weight_decay = 0.1})},
    {"adamw", make<AdamW>(AdamWOptions{.lr = 0.1})},
    {"adamw amsgrad", make<AdamW>(AdamWOptions{.lr = 0.1, .amsgrad = true})},
    {"rmsprop", make<RMSprop>(RMSpropOptions{.momentum = 0.5, .centered = true})},
};

// Two parameters, whose gradients change with them.
struct Pair {
  Variable a{tensor({1.0, -2.0}), true}, b{tensor({3.0, 0.5}), true};
  std::unique_ptr<Optimizer> optimizer;
  explicit Pair(const Make& make) : optimizer(make({a, b})) {}
  void step() const {
    optimizer->zero_grad();
    (sum(a * a * a) + sum(b * b * a)).backward();
    optimizer->step();
  }
};

}  // namespace

TEST_CASE("a frozen parameter with an old gradient does not change and is not clipped") {
  for (const auto& [name, make] : optimisers) {
    CAPTURE(name);
    const Pair pair(make);
    pair.step();
    const Tensor before = pair.b.value().clone();
    (sum(pair.a) + sum(pair.b)).backward();
    pair.b.requires_grad_(false);
    CHECK(pair.b.has_grad());
    pair.optimizer->step();
    CHECK(equal(pair.b.value(), before));
    pair.b.requires_grad_();
    pair.optimizer->step();
    CHECK_FALSE(equal(pair.b.value(), before));
  }
  const Variable p(zeros({2}), true), frozen(zeros({2}), true);
  p.set_grad(tensor({3.0F, 4.0F}));
  frozen.set_grad(tensor({30.0F, 40.0F}));
  frozen.requires_grad_(false);
  CHECK(clip_grad_norm_({p, frozen}, 1) == doctest::Approx(5));
  CHECK(equal(frozen.grad(), tensor({30.0F, 40.0F})));
  CHECK(p.grad().at({1}) == doctest::Approx(0.8));
}

TEST_CASE("a parameter that is frozen after forward gets no gradient and does not change") {
  const Variable v(ones({2}), true);
  SGD optimizer({v}, {.lr = 0.1});
  const Variable loss = sum(pow(3 * v, 2));
  v.requires_grad_(false);
  loss.backward();
  CHECK_FALSE(v.has_grad());
  optimizer.step();
  CHECK(equal(v.value(), ones({2})));
}

TEST_CASE("a step that throws changes no parameter and no state, and has no effect on the next steps") {
  for (const auto& [name, make] : optimisers) {
    for (const int steps_before : {0, 1, 2}) {
      CAPTURE(name);
      CAPTURE(steps_before);
      const Pair pair(make), twin(make);
      for (int i = 0; i < steps_before; ++i) {
        pair.step();
        twin.step();
      }
      const Tensor a = pair.a.value().clone(), b = pair.b.value().clone();
      pair.b.set_value(tensor({3.0}).expand({2}));
      CHECK_THROWS_TEXT(pair.step(), "[optim] parameter 1 of shape (2,) is an expanded tensor");
      CHECK(equal(pair.a.value(), a));
      pair.b.set_value(b.to(float64));
      pair.b.set_grad(ones({2}, float64));
      if (steps_before > 0 && name != "sgd") {
        CHECK_THROWS_TEXT(pair.optimizer->step(), "[optim] parameter 1 is now float64 of shape (2,)");
        CHECK(equal(pair.a.value(), a));
      }
      pair.b.set_value(b);
      for (int i = 0; i < 3; ++i) {
        pair.step();
        twin.step();
      }
      CHECK(equal(pair.a.value(), twin.a.value()));
      CHECK(equal(pair.b.value(), twin.b.value()));
    }
  }
}

TEST_CASE("after a first step that throws, parameters may still change their dtype") {
  for (const auto& [name, make] : optimisers) {
    CAPTURE(name);
    const Pair pair(make);
    pair.b.set_value(tensor({3.0}).expand({2}));
    CHECK_THROWS_TEXT(pair.step(), "is an expanded tensor");
    pair.a.set_value(tensor({1.0, -2.0}, float64));
    pair.b.set_value(tensor({3.0, 0.5}, float64));
    CHECK_NOTHROW(pair.step());
  }
}

TEST_CASE("a list with an undefined or a repeated parameter is refused by clipping and by all optimisers") {
  const Variable w(ones({2}), true);
  w.set_grad(full({2}, 2.0F));
  CHECK_THROWS_TEXT(clip_grad_norm_({w, w}, 1), "[clip_grad_norm_] parameters 0 and 1 are the same");
  CHECK_THROWS_TEXT(clip_grad_norm_({w, Variable()}, 1), "[clip_grad_norm_] parameter 1 is undefined");
  CHECK(equal(w.grad(), full({2}, 2.0F)));
  for (const auto& optimiser : optimisers) {
    CHECK_THROWS_TEXT(optimiser.second({w, w}), "[optim] parameters 0 and 1 are the same");
    CHECK_THROWS_TEXT(optimiser.second({Variable()}), "[optim] parameter 0 is undefined");
  }
  // grad() changes nothing, so it takes an input twice, as in PyTorch
  const std::vector<Variable> both = grad({sum(w * w)}, {w, w});
  CHECK(equal(both[0].value(), full({2}, 2.0F)));
  CHECK(equal(both[1].value(), full({2}, 2.0F)));
}
