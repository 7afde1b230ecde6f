// The errors of checkpoint(f, inputs), in the call or in backward(): gradients would be wrong or lost.
#include "support.hpp"

#include <functional>
#include <string>

#include <xgrad/core/autograd/checkpoint.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>

using namespace xgrad;

TEST_CASE(
    "checkpoint: a parameter that was changed in between is an error, even without effect on the result") {
  const Variable x(ones({2}), true), w(full({2}, 2.0), true), zero(zeros({2}), true);
  const auto f = [&](const Variable& v) { return v * w * zero; };
  struct Row {
    const char* name;
    std::function<Variable()> result;
  };
  const Row rows[] = {
      {"plain", [&] { return checkpoint(f, {x}); }},
      {"nested", [&] { return checkpoint([&](const Variable& v) { return checkpoint(f, {v}) * 1; }, {x}); }},
      {"nested input",
       [&] {
         return checkpoint(
             [&](const Variable& v) {
               return checkpoint([](const Variable& u) { return u * 1; }, {w}) * v * zero;
             },
             {x});
       }},
      {"behind an op",
       [&] {
         return checkpoint([&zero, h = w.reshape({2})](const Variable& v) { return v * h * zero; }, {x});
       }},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.name));
    const Variable unchanged = row.result(), changed = row.result();
    CHECK_NOTHROW(unchanged.backward(ones({2})));
    w.value().fill_(3.0);
    CHECK_THROWS_TEXT(changed.backward(ones({2})),
                      "of shape (2,), which f reads, was changed between its first call and backward()");
  }
  const Variable y = checkpoint(f, {x});
  w.set_value(full({2}, 5.0));
  CHECK_THROWS_TEXT(y.backward(ones({2})), "[checkpoint] node #" + std::to_string(w.node()->id()) +
                                               " (leaf) of shape (2,), which f");
}

TEST_CASE("checkpoint: a second call that depends on fewer Variables is an error") {
  const Variable w(ones({3}), true), x(ones({3}), true);
  bool reads_w = true;
  const Variable y = checkpoint([&](const Variable& v) { return v * (reads_w ? w : w.detach()); }, {x});
  reads_w = false;
  CHECK_THROWS_TEXT(y.backward(ones({3})),
                    "[checkpoint] called again by backward(), f's result no longer depends on node #" +
                        std::to_string(w.node()->id()) + " (leaf) of shape (3,): its gradient would be lost");
  bool again = false;
  const Variable z = checkpoint([&](const Variable& v) { return again ? v.detach() * 1 : v * 1; }, {x});
  again = true;
  CHECK_THROWS_TEXT(z.backward(ones({3})),
                    "[checkpoint] called again by backward(), f's result no longer depends on node #" +
                        std::to_string(x.node()->id()) + " (leaf) of shape (3,): its gradient would be lost");
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("checkpoint: a gradient for a Variable that left f otherwise than as its result is an error") {
  const Variable x(ones({3}), true), w(full({3}, 2.0), true);
  Variable aux;
  const auto stash = [&](auto choose) {
    return sum(checkpoint(
        [&aux, &w, choose](const Variable& v) {
          const Variable product = v * w;
          aux = sum(choose(v, product, w) * 3);
          return product;
        },
        {x}));
  };
  const auto inner = [](const Variable&, const Variable& product, const Variable&) { return product; };
  const auto input = [](const Variable& v, const Variable&, const Variable&) { return v; };
  const auto captured = [](const Variable&, const Variable&, const Variable& w) { return w; };
  const Variable y = stash(inner);
  CHECK_THROWS_TEXT((y + aux).backward(),
                    " (mul) of shape (3,), which left f otherwise than as its result: "
                    "gradients end there; return it from f, or compute it outside");
  const Variable z = stash(input);
  CHECK_THROWS_TEXT((z + aux).backward(), " (leaf) of shape (3,), which left f otherwise");
  x.zero_grad();
  w.zero_grad();
  const Variable all = stash(captured) + aux;  // aux does not depend on f's inputs, so nothing is lost
  all.backward();
  CHECK(equal(w.grad(), full({3}, 1.0 + 3)));
  CHECK(equal(x.grad(), full({3}, 2.0)));
}

TEST_CASE("checkpoint: errors name the broken rule") {
  const Variable x(ones({2}), true), w(ones({2}), true), other(ones({2}), true);
  const auto twice = [](const Variable& v) { return v * 2; };
  CHECK_THROWS_TEXT(checkpoint(CheckpointFunction(), {x}), "[checkpoint] the function is empty");
  CHECK_THROWS_TEXT(checkpoint(twice, {Variable()}), "[checkpoint] the variable is undefined");
  CHECK_THROWS_TEXT(checkpoint(twice, {x, w}), "[checkpoint] the function does not take 2 inputs");
  CHECK_THROWS_TEXT(checkpoint([](const Variable&) { return Variable(); }, {x}),
                    "[checkpoint] f returned an undefined Variable");

  const auto by_w = [&](const Variable& v) { return v * w; };
  Variable y = checkpoint(by_w, {x});
  w.value().add_(1);
  CHECK_THROWS_TEXT(
      y.backward(ones({2})),
      "[checkpoint] f returned (2,) at first and another (2,) when backward() called it again: a "
      "parameter was changed in between, train() or eval() was called, or f draws from a "
      "generator that checkpoint was not given");
  y = checkpoint(by_w, {x});
  x.value().add_(1);
  CHECK_THROWS_TEXT(y.backward(ones({2})),
                    "(checkpoint) kept a value of shape (2,) that was changed in place");

  bool again = false;
  y = checkpoint([&](const Variable& v) { return v * 2 + (again ? other : Variable(ones({2}))); }, {x});
  again = true;
  CHECK_THROWS_TEXT(y.backward(ones({2})), "[checkpoint] called again by backward(), f read node #" +
                                               std::to_string(other.node()->id()) + " (leaf) of shape (2,)");
  CHECK(grad_enabled());
}
