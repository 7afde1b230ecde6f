// checkpoint(f, inputs) gives the gradients of f(inputs) bit for bit, with less on the tape.
#include "support.hpp"

#include <functional>
#include <memory>

#include <xgrad/core/autograd/checkpoint.hpp>
#include <xgrad/core/autograd/tape.hpp>
#include <xgrad/core/debug/gradcheck.hpp>
#include <xgrad/core/debug/trace.hpp>
#include <xgrad/core/memory/pool.hpp>
#include <xgrad/core/ops/activation.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/dropout.hpp>
#include <xgrad/core/ops/indexing.hpp>
#include <xgrad/core/ops/matmul.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/nn/attention.hpp>
#include <xgrad/nn/module_list.hpp>
#include <xgrad/nn/transformer_block.hpp>

using namespace xgrad;

namespace {

// Blocks in a row, each of them a checkpoint or not.
struct Stack : nn::Callable<Stack> {
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

// One forward and backward, with the same random numbers each time.
Step step(const Stack& stack, const Tensor& input, bool checkpointed) {
  manual_seed(5);
  stack.zero_grad();
  const Variable x(input, true);
  const Variable y = stack.forward(x, checkpointed);
  const Variable loss = sum(y * y);
  Step made{y.value(), {}, trace(loss).saved_bytes(), {}};
  randn({3});  // backward() must not repeat these draws
  loss.backward();
  made.gradients.push_back(x.grad());
  for (const Variable& parameter : stack.parameters()) made.gradients.push_back(parameter.grad());
  made.random = default_generator().state();
  return made;
}

}  // namespace

TEST_CASE(
    "checkpoint: results, gradients and the generator equal those without it bit for bit, even with "
    "dropout") {
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

TEST_CASE("checkpoint: the tape has one node, which keeps only the inputs") {
  manual_seed(1);
  const Stack stack(1);
  const Variable x(randn({2, 5, 8}), true);
  const Variable y = stack.forward(x, true);
  const Tape tape = trace(y, stack.named_parameters());
  CHECK(tape.count("checkpoint") == 1);
  CHECK(tape.size() == 1 + 1 + stack.parameters().size());
  CHECK(tape.saved_bytes() == x.value().nbytes());
}

TEST_CASE("checkpoint: memory is held only for the inputs" * doctest::skip(!pooling)) {
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

TEST_CASE("checkpoint: checkpoints may be nested") {
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

TEST_CASE("checkpoint: captured Variables, leaves or not, get their gradients once") {
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

TEST_CASE("checkpoint: only wanted gradients are computed, and inputs may want none") {
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

TEST_CASE("checkpoint: gradients of gradients pass gradcheck") {
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

TEST_CASE("checkpoint: nothing is recorded if no input wants a gradient") {
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

TEST_CASE("checkpoint: a function is held, a module is not copied, and the result may be an input") {
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

TEST_CASE("checkpoint: a parameter frozen after the first call gets no gradient and stops no other's") {
  const Variable w(full({2}, 3.0), true), x(ones({2}), true), y(ones({2}), true);
  const Variable loss = sum(checkpoint([&](const Variable& v) { return v * w; }, {x}) +
                            checkpoint([&](const Variable& v) { return v * w; }, {y}));
  w.requires_grad_(false);
  y.requires_grad_(false);
  loss.backward();
  CHECK(equal(x.grad(), full({2}, 3.0)));
  CHECK_FALSE(w.has_grad());
  CHECK_FALSE(y.has_grad());
}

TEST_CASE("checkpoint: it takes another generator, empty values, and retain_graph") {
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
