// A step that is recorded once and replayed: the same bits, no nodes, no memory.
#include "support.hpp"

#include <string>
#include <thread>
#include <vector>

#include <xgrad/core/autograd/engine.hpp>
#include <xgrad/core/autograd/recorded_step.hpp>
#include <xgrad/core/debug/anomaly.hpp>
#include <xgrad/core/ops/arithmetic.hpp>
#include <xgrad/core/ops/loss.hpp>
#include <xgrad/core/ops/pointwise.hpp>
#include <xgrad/core/ops/reduce.hpp>
#include <xgrad/core/ops/views.hpp>
#include <xgrad/core/tensor/factories.hpp>
#include <xgrad/core/tensor/generator.hpp>
#include <xgrad/nn/gpt.hpp>
#include <xgrad/optim/adam.hpp>

using namespace xgrad;

namespace {

constexpr std::int64_t vocab = 11, context = 6;

// A GPT with dropout, and the step that trains it on a batch.
struct Training {
  nn::GPT model{{.vocab_size = vocab,
                 .context = context,
                 .d_model = 8,
                 .num_layers = 2,
                 .num_heads = 2,
                 .dropout = 0.2,
                 .tied_head = true}};
  optim::Adam optimizer{model.parameters(), {.lr = 1e-2}};

  Variable step(const Tensor& tokens, const Tensor& targets) {
    optimizer.zero_grad();
    const Variable loss = cross_entropy(model(tokens).reshape({-1, vocab}), targets);
    loss.backward();
    optimizer.step();
    return loss;
  }
};

Tensor some_tokens(const Shape& shape) { return randint(0, vocab, shape); }

// After 20 steps on batches of their own: the losses, then the parameters, then a number from the generator.
std::vector<Tensor> trained(bool recorded, std::vector<std::uint64_t>* newest_ids = nullptr) {
  manual_seed(5);
  Training training;
  RecordedStep step;
  std::vector<Tensor> all;
  for (int i = 0; i < 20; ++i) {
    const Tensor tokens = some_tokens({3, context}), targets = some_tokens({3 * context});
    const auto one = [&] { return training.step(tokens, targets); };
    all.push_back(recorded ? step(one) : one().value());
    if (newest_ids) newest_ids->push_back(newest_node_id());
  }
  for (const Variable& p : training.model.parameters()) all.push_back(p.value());
  all.push_back(rand({1}));
  return all;
}

Variable leaf(const Tensor& value) { return Variable(value, true); }

}  // namespace

TEST_CASE("recorded step: a GPT with dropout trains to the same bits as without a recording") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    const Threads guard(threads);
    const std::vector<Tensor> plain = trained(false), recorded = trained(true);
    REQUIRE(plain.size() == recorded.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
      CAPTURE(i);
      CHECK(equal(plain[i], recorded[i]));
    }
  }
}

TEST_CASE("recorded step: a replay makes no node") {
  std::vector<std::uint64_t> newest_ids;
  trained(true, &newest_ids);
  for (const std::uint64_t id : newest_ids) CHECK(id == newest_ids[0]);
}

TEST_CASE("recorded step: a replay asks the system for no memory, and holds none afterwards") {
  Training training;
  RecordedStep step;
  const Tensor tokens = some_tokens({3, context}), targets = some_tokens({3 * context});
  const auto one = [&] { return training.step(tokens, targets); };
  for (int i = 0; i < 2; ++i) static_cast<void>(step(one));
  const PoolStats before = pool_stats();
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(step(one));
    const PoolStats now = pool_stats();
    CHECK(now.system_requests == before.system_requests);
    CHECK(now.in_use == before.in_use);
    CHECK(now.peak == before.peak);
  }
}

TEST_CASE("recorded step: the result may be a Variable, a Tensor or nothing, and is never overwritten") {
  const Variable w = leaf(full({2}, 3.0));
  RecordedStep variable, tensor, nothing_returned;
  std::vector<Tensor> kept;
  double seen = 0;
  for (const double x : {1.0, 2.0, 5.0}) {
    kept.push_back(variable([&] { return sum(w * x); }));
    kept.push_back(tensor([&] { return sum(w * x).value(); }));
    nothing_returned([&] { seen += sum(w * x).item<double>(); });
  }
  const std::vector<double> expected = {6, 6, 12, 12, 30, 30};
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i].item<double>() == expected[i]);
  CHECK(seen == 48);
  CHECK(variable.num_nodes() == 2);
}

TEST_CASE("recorded step: a constant that differs from step to step is that of the running step") {
  const Variable w = leaf(full({2}, 3.0));
  RecordedStep step;
  for (const double factor : {1.0, 2.0, 7.0}) {
    w.zero_grad();
    step([&] { sum(w * factor).backward(); });
    CHECK(w.grad().to_vector<double>() == std::vector<double>{factor, factor});
  }
}

TEST_CASE(
    "recorded step: gradients of gradients, leaves of the step, retained gradients and hooks are replayed") {
  const Variable w = leaf(full({3}, 2.0));
  RecordedStep step;
  int calls = 0;
  for (const double at : {1.0, 2.0, 3.0}) {
    const std::uint64_t id = newest_node_id();
    step([&] {
      const Variable x = leaf(full({3}, at)), y = x * x * x * w;
      y.retain_grad().register_hook([&](const Variable& g) {
        ++calls;
        return Variable(g.value() * 10);
      });
      const Variable dx = grad({sum(y)}, {x}, {.create_graph = true})[0];  // 10 · 3 x² w
      CHECK(dx.value().to_vector<double>() == std::vector<double>(3, 60 * at * at));
      sum(dx).backward();  // to w: 30 x²
      CHECK(w.grad().to_vector<double>() == std::vector<double>(3, 30 * at * at));
      CHECK(x.grad().to_vector<double>() == std::vector<double>(3, 120 * at));
      w.zero_grad();
    });
    if (at > 1) CHECK(newest_node_id() == id);
  }
  CHECK(calls == 3);  // a hook ends with its step
}

TEST_CASE("recorded step: AnomalyGuard names the op of a replay that made a NaN") {
  const Variable w = leaf(ones({2}));
  RecordedStep step;
  const AnomalyGuard guard;
  const auto loss_at = [&](double x) { return step([&] { return sum(log(w * x)); }); };
  static_cast<void>(loss_at(1));
  CHECK_THROWS_TEXT(static_cast<void>(loss_at(-1)), "log");
  CHECK(step.is_recorded());
}

TEST_CASE("recorded step: it may be called by one thread after another") {
  const Variable w = leaf(full({2}, 3.0));
  RecordedStep step;
  const auto one = [&] { return sum(w * w); };
  static_cast<void>(step(one));
  double there = 0;
  std::thread([&] { there = step(one).item<double>(); }).join();
  CHECK(there == 18);
  CHECK(step(one).item<double>() == 18);
}

TEST_CASE("recorded step: two threads train at the same time, each with its own") {
  const auto train = [](double start, double* end) {
    const Variable w = leaf(full({2}, start));
    RecordedStep step;
    for (int i = 0; i < 100; ++i) {
      w.zero_grad();
      step([&] { sum(w * w).backward(); });
      w.value().add_(w.grad(), -0.01);
    }
    *end = w.value().to_vector<double>()[0];
  };
  double alone[2], together[2];
  for (int i = 0; i < 2; ++i) train(i + 1, &alone[i]);
  std::thread first(train, 1, &together[0]), second(train, 2, &together[1]);
  first.join();
  second.join();
  for (int i = 0; i < 2; ++i) CHECK(together[i] == alone[i]);
}

TEST_CASE("recorded step: the model may end before the recording") {
  RecordedStep step;
  const std::size_t before = pool_stats().in_use;
  {
    const Variable w = leaf(ones({1000}));
    for (int i = 0; i < 2; ++i) step([&] { sum(w * w).backward(); });
  }
  CHECK(step.is_recorded());
  step.forget();
  CHECK_FALSE(step.is_recorded());
  CHECK(step.num_nodes() == 0);
  CHECK(pool_stats().in_use == before);
}

TEST_CASE("recorded step: a loss that was made outside has a tape of its own at every call") {
  const Variable w1(ones({3}), true), w2(ones({3}), true);
  RecordedStep step;
  for (int i = 0; i < 6; ++i) {
    const Variable& w = i % 2 == 0 ? w1 : w2;
    w.zero_grad();
    const Variable loss = sum(w * 2);  // in the memory of the loss before
    step([&] { loss.backward(); });
    CHECK(equal(w.grad(), full({3}, 2.0)));
  }
}
