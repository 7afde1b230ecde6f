// checkpoint(f, inputs): the gradients of f(inputs) bit for bit, and less on the tape.
#include "support.hpp"

#include <functional>
#include <memory>

#include <xgrad/core/checkpoint.hpp>
#include <xgrad/core/factories.hpp>
#include <xgrad/core/gradcheck.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/dropout.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/pool.hpp>
#include <xgrad/core/tape.hpp>
#include <xgrad/core/trace.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/transformer.hpp>

using namespace xgrad;

namespace {

// Blocks in a row, each of them a checkpoint or not.
struct Stack : nn::Module {
  nn::ModuleList<nn::TransformerBlock> blocks;
  explicit Stack(int depth, double dropout = 0) {
    for (int i = 0; i < depth; ++i)
      blocks.emplace_back(8, 2, nn::TransformerBlockOptions{.dropout = dropout});
  }
  Variable forward(Variable x, bool checkpointed) const {
    for (const nn::TransformerBlock& block : blocks) x = checkpointed ? checkpoint(block, {x}) : block(x);
    return x;
  }
  void visit(nn::Visitor& v) const override { v("blocks", blocks); }
};

struct Step {
  Tensor result;
  std::vector<Tensor> gradients;
  std::size_t saved_bytes;
  GeneratorState random;
};

// One forward and backward, from the same random numbers each time.
Step step(const Stack& stack, const Tensor& input, bool checkpointed) {
  manual_seed(5);
  stack.zero_grad();
  const Variable x(input, true);
  const Variable y = stack.forward(x, checkpointed);
  const Variable loss = sum(y * y);
  Step made{y.value(), {}, trace(loss).saved_bytes(), {}};
  randn({3});  // what is drawn in between stays drawn
  loss.backward();
  made.gradients.push_back(x.grad());
  for (const Variable& parameter : stack.parameters()) made.gradients.push_back(parameter.grad());
  made.random = default_generator().state();
  return made;
}

}  // namespace

TEST_CASE("checkpoint: results, gradients and the generator are the same bit for bit, with dropout") {
  for (const double p : {0.0, 0.3}) {
    CAPTURE(p);
    manual_seed(1);
    const Stack stack(3, p);
    const Tensor x = randn({2, 5, 8});
    const Step plain = step(stack, x, false), checkpointed = step(stack, x, true);
    CHECK(equal(plain.result, checkpointed.result));
    REQUIRE(plain.gradients.size() == checkpointed.gradients.size());
    for (std::size_t i = 0; i < plain.gradients.size(); ++i) {
      CAPTURE(i);
      CHECK(equal(plain.gradients[i], checkpointed.gradients[i]));
    }
    CHECK(plain.random == checkpointed.random);
    CHECK(checkpointed.saved_bytes * 5 < plain.saved_bytes);
  }
}

TEST_CASE("checkpoint: the tape has one node, which keeps the inputs alone") {
  manual_seed(1);
  const Stack stack(1);
  const Variable x(randn({2, 5, 8}), true);
  const Variable y = stack.forward(x, true);
  const Tape tape = trace(y, stack.named_parameters());
  CHECK(tape.count("checkpoint") == 1);
  CHECK(tape.size() == 1 + 1 + stack.parameters().size());
  CHECK(tape.saved_bytes() == x.value().nbytes());
}

TEST_CASE("checkpoint: and so memory is held for the inputs alone" * doctest::skip(!pooling)) {
  manual_seed(1);
  const Stack stack(4);
  const Variable x(randn({4, 32, 8}), true);
  const auto held = [&](bool checkpointed) {
    const std::size_t before = pool_stats().in_use;
    const Variable y = stack.forward(x, checkpointed);
    return pool_stats().in_use - before;
  };
  const std::size_t plain = held(false), checkpointed = held(true);
  CAPTURE(plain);
  CAPTURE(checkpointed);
  CHECK(checkpointed * 5 < plain);
}

TEST_CASE("checkpoint: nested") {
  manual_seed(1);
  const Variable w(randn({4, 4}), true), x(randn({3, 4}), true);
  const auto layer = [&](const Variable& v) { return dropout(tanh(matmul(v, w)), 0.5); };
  const auto gradients = [&](auto f) {
    manual_seed(3);
    return grad({sum(f(x))}, {x, w});
  };
  const auto plain = gradients([&](const Variable& v) { return layer(layer(v) * 2); });
  int calls = 0;
  const auto nested = gradients([&](const Variable& v) {
    return checkpoint(
        [&](const Variable& u) {
          ++calls;
          return layer(checkpoint(layer, {u}) * 2);
        },
        {v});
  });
  CHECK(calls == 2);
  CHECK(equal(plain[0].value(), nested[0].value()));
  CHECK(equal(plain[1].value(), nested[1].value()));
}

TEST_CASE("checkpoint: captured Variables, leaves or not, get their gradients, once") {
  const Variable w(full({}, 3, float64), true), x(full({}, 2, float64), true);
  const Variable h = w * w;  // both h and w, which lies behind it, are captured
  int seen = 0;
  w.register_hook([&](const Variable&) { ++seen; });
  const Variable y = checkpoint([&](const Variable& v) { return v * h * w * x; }, {x});
  y.backward();  // y = x² w³
  CHECK(x.grad().item<double>() == 2 * 2 * 27);
  CHECK(w.grad().item<double>() == 4 * 3 * 9);
  CHECK(seen == 1);
}

TEST_CASE("checkpoint: only what is asked for, and inputs that want none") {
  const Variable w(tensor({2.0f, 3.0f}), true), x(tensor({5.0f, 7.0f}), true), constant = ones({2});
  const Variable indices = tensor({std::int64_t{1}, std::int64_t{0}});
  const Variable y = checkpoint(
      [&](const Variable& a, const Variable& b, const Variable& i) { return index_select(a * w, 0, i) + b; },
      {x, constant, indices});
  const auto g = grad({y}, {w}, {.grad_outputs = {Variable(tensor({1.0f, 10.0f}))}});
  CHECK(equal(g[0].value(), tensor({50.0f, 7.0f})));
  const Variable unused = checkpoint([](const Variable& a, const Variable&) { return a * 2; }, {x, w});
  CHECK_FALSE(grad({unused}, {w}, {.grad_outputs = {constant}, .allow_unused = true})[0].defined());
}

TEST_CASE("checkpoint: gradients of gradients") {
  manual_seed(2);
  const Variable x(randn({2, 3}), true), w(randn({3, 3}), true);
  const auto f = [](const Variable& a, const Variable& b) {
    return checkpoint([&b](const Variable& v) { return tanh(matmul(v, b)) * v; }, {a});
  };
  for (const int order : {1, 2}) {
    const GradcheckResult result = gradcheck(f, {x, w}, {.order = order});
    CHECK_MESSAGE(result, result.message());
  }
}

TEST_CASE("checkpoint: nothing is recorded where nothing wants a gradient") {
  const Variable x(ones({2}), true);
  int calls = 0;
  const auto f = [&](const Variable& v) {
    ++calls;
    return v * 2;
  };
  CHECK(checkpoint(f, {Variable(ones({2}))}).is_leaf());
  {
    const NoGradGuard guard;
    CHECK_FALSE(checkpoint(f, {x}).requires_grad());
  }
  CHECK(calls == 2);
}

TEST_CASE("checkpoint: a function is held, a module is not copied, a result may be an input") {
  const Variable x(ones({2}), true);
  Variable y;
  {
    const auto factor = std::make_unique<Variable>(full({2}, 3.0));
    y = checkpoint([factor = *factor](const Variable& v) { return v * factor; }, {x});
  }
  sum(y).backward();
  CHECK(equal(x.grad(), full({2}, 3.0)));
  manual_seed(1);
  const nn::MultiHeadAttention attention(4, 2);
  const Variable q(randn({1, 2, 4}), true);
  sum(checkpoint(attention, {q, q, q})).backward();
  const Tensor once = q.grad();
  q.zero_grad();
  sum(attention(q, q, q)).backward();
  CHECK(allclose(once, q.grad()));
  x.zero_grad();
  sum(checkpoint([](const Variable& v) { return v; }, {x})).backward();
  CHECK(equal(x.grad(), ones({2})));
}

TEST_CASE("checkpoint: a generator of one's own, empty values, and retain_graph") {
  Generator mine(4);
  const Variable x(ones({50}), true), none(zeros({0, 3}), true);
  const Variable y = checkpoint([&](const Variable& v) { return dropout(v, 0.5, true, mine); }, {x}, mine);
  mine.manual_seed(9);
  const Tensor ones_like_y = ones({50});
  y.backward(ones_like_y, {.retain_graph = true});
  CHECK(equal(x.grad(), y.value()));
  y.backward(ones_like_y);
  CHECK(equal(x.grad(), (y * 2).value()));
  CHECK_THROWS_TEXT(y.backward(ones_like_y), "(checkpoint) was already replayed");
  sum(checkpoint([](const Variable& v) { return v * 2; }, {none})).backward();
  CHECK(none.grad().shape() == Shape{0, 3});
}

TEST_CASE("checkpoint: a parameter that was changed in between, to no effect on the result") {
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

TEST_CASE("checkpoint: no gradient is dropped because the second call no longer asks for it") {
  const Variable w(ones({3}), true), x(ones({3}), true);
  const Variable y = checkpoint([&](const Variable& v) { return v * w; }, {x});
  w.requires_grad_(false);
  CHECK_THROWS_TEXT(y.backward(ones({3})),
                    "[checkpoint] called again by backward(), f did not read node #" +
                        std::to_string(w.node()->id()) +
                        " (leaf) of shape (3,), as it did at first: its gradient would be lost");
  bool again = false;
  const Variable z = checkpoint([&](const Variable& v) { return again ? v.detach() * 1 : v * 1; }, {x});
  again = true;
  CHECK_THROWS_TEXT(z.backward(ones({3})),
                    "[checkpoint] called again by backward(), f's result does not depend on input 0 of shape "
                    "(3,), as it did at first");
  CHECK_FALSE(x.has_grad());
}

TEST_CASE("checkpoint: what leaves f otherwise than as its result takes no gradient") {
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
  const Variable all =
      stash(captured) + aux;  // this part of f's does not depend on its inputs: nothing is lost
  all.backward();
  CHECK(equal(w.grad(), full({3}, 1.0 + 3)));
  CHECK(equal(x.grad(), full({3}, 2.0)));
}

TEST_CASE("checkpoint: errors say what was broken") {
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
